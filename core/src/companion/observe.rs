//! Change observers: a listener that is called after commit, and a blocking `next_event` beside it.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use super::Companion;
use crate::Result;

/// What a commit changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangeEvent {
    /// The kinds of documents that changed, each once.
    pub kinds: Vec<String>,
    /// The documents that changed, each once; empty where there were more than [`ChangeEvent::MAX_IDS`].
    pub ids: Vec<String>,
    /// Whether the outbox or an operation's state changed.
    pub outbox_changed: bool,
}

impl ChangeEvent {
    /// Beyond that many ids a listener is better off reading its list again.
    pub const MAX_IDS: usize = 100;
}

/// Is told what changed, after commit, on the thread that changed it, under no lock. It may call the companion.
pub trait ChangeListener: Send + Sync {
    /// Something changed.
    fn changed(&self, event: ChangeEvent);
}

/// Keeps a listener subscribed; dropping it, or [`Subscription::cancel`], ends that.
#[derive(Debug)]
pub struct Subscription {
    id: u64,
    observers: Weak<Observers>,
}

impl Subscription {
    /// Ends the subscription. A call that is under way may still end after this returns.
    pub fn cancel(&self) {
        if let Some(observers) = self.observers.upgrade() {
            observers.lock().listeners.retain(|(id, _)| *id != self.id);
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.cancel();
    }
}

/// What one transaction changed, collected while it runs.
#[derive(Debug, Default)]
pub(super) struct Changes {
    kinds: BTreeSet<String>,
    ids: BTreeSet<String>,
    outbox: bool,
}

impl Changes {
    pub(super) fn document(&mut self, kind: &str, id: &str) {
        if !self.kinds.contains(kind) {
            self.kinds.insert(kind.to_owned());
        }
        if self.ids.len() <= ChangeEvent::MAX_IDS {
            self.ids.insert(id.to_owned());
        }
    }

    pub(super) const fn outbox(&mut self) {
        self.outbox = true;
    }

    fn is_empty(&self) -> bool {
        self.kinds.is_empty() && self.ids.is_empty() && !self.outbox
    }

    fn merge(&mut self, other: &Self) {
        self.kinds.extend(other.kinds.iter().cloned());
        self.ids.extend(other.ids.iter().take(ChangeEvent::MAX_IDS + 1).cloned());
        self.outbox |= other.outbox;
    }

    fn event(&self) -> ChangeEvent {
        let ids = if self.ids.len() > ChangeEvent::MAX_IDS { Vec::new() } else { self.ids.iter().cloned().collect() };
        ChangeEvent { kinds: self.kinds.iter().cloned().collect(), ids, outbox_changed: self.outbox }
    }
}

#[derive(Default)]
struct Inner {
    next_id: u64,
    listeners: Vec<(u64, Arc<dyn ChangeListener>)>,
    /// What `next_event` has not returned yet.
    unread: Changes,
    ended: bool,
}

/// Everyone who wants to know.
#[derive(Default)]
pub(super) struct Observers {
    inner: Mutex<Inner>,
    arrived: Condvar,
}

impl std::fmt::Debug for Observers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Observers").finish_non_exhaustive()
    }
}

impl Observers {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells everyone. Returns how many listeners failed; a failing one must not undo what is committed.
    pub(super) fn notify(&self, changes: &Changes) -> usize {
        if changes.is_empty() {
            return 0;
        }
        let listeners = {
            let mut inner = self.lock();
            inner.unread.merge(changes);
            inner.listeners.clone()
        };
        self.arrived.notify_all();
        let event = changes.event();
        listeners.iter().filter(|(_, listener)| catch_unwind(AssertUnwindSafe(|| listener.changed(event.clone()))).is_err()).count()
    }

    /// Wakes whoever waits, for good.
    pub(super) fn end(&self) {
        let mut inner = self.lock();
        inner.ended = true;
        inner.listeners.clear();
        self.arrived.notify_all();
    }

    fn subscribe(self: &Arc<Self>, listener: Arc<dyn ChangeListener>) -> Subscription {
        let mut inner = self.lock();
        inner.next_id += 1;
        let id = inner.next_id;
        inner.listeners.push((id, listener));
        Subscription { id, observers: Arc::downgrade(self) }
    }

    fn next(&self, timeout: Duration) -> Option<ChangeEvent> {
        let inner = self.lock();
        let (mut inner, _) = self
            .arrived
            .wait_timeout_while(inner, timeout, |inner| inner.unread.is_empty() && !inner.ended)
            .unwrap_or_else(PoisonError::into_inner);
        let unread = std::mem::take(&mut inner.unread);
        (!unread.is_empty()).then(|| unread.event())
    }
}

impl Companion {
    /// Calls the listener after each commit that changed something, on the thread that made it, under no lock.
    ///
    /// # Errors
    /// [`crate::Code::Closed`].
    pub fn observe(&self, listener: Arc<dyn ChangeListener>) -> Result<Subscription> {
        self.check_not_closed()?;
        Ok(self.observers.subscribe(listener))
    }

    /// Waits for the next change, at most `timeout_ms`. Changes since the last call come as one event; for one reader.
    ///
    /// # Errors
    /// [`crate::Code::Closed`], also when the companion is closed while this waits.
    pub fn next_event(&self, timeout_ms: u64) -> Result<Option<ChangeEvent>> {
        self.check_not_closed()?;
        let event = self.observers.next(Duration::from_millis(timeout_ms));
        if event.is_none() {
            self.check_not_closed()?;
        }
        Ok(event)
    }
}
