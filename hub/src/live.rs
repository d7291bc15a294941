//! Live lines: whoever listens hears that something changed, and how far it is now. Never what: that is asked for, so that a
//! line needs no memory of its own, may miss anything, and may end at any time.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use liuye_core::{Code, Error, Result};
use tokio::sync::{oneshot, watch};

use crate::hub::Hub;

/// Lines at once: eight hundred phones that changed networks and left a dead line each, and the desks. A line costs a socket and
/// some kilobytes.
const MAX_LINES: usize = 2_000;

/// Lines of one phone: a network that it left may not have told. Beyond it the oldest ends.
pub(crate) const OF_A_PHONE: usize = 2;

/// Lines of one officer: a few pages on a few screens.
pub(crate) const OF_AN_OFFICER: usize = 12;

/// How often the ledger is looked at while somebody listens: other processes write in it too, and an event is told within a second.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// How often a line says that it stands, and is asked whether it still may. Whoever hears nothing for three of these has lost it.
pub(crate) const BEAT_EVERY: Duration = Duration::from_secs(15);

/// What a line is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Listens {
    /// Everything: the desk.
    Site,
    /// What lies in these buckets: a phone.
    Buckets(Vec<String>),
}

/// How far it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Heads {
    /// The position of the last change that the line is about.
    pub(crate) head: u64,
    /// A number that changes with the hints that phones told ahead of their log; always 0 for a phone.
    pub(crate) hints: u64,
}

/// The lines of a hub.
#[derive(Clone)]
pub(crate) struct Live(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    /// Counts the looks that found something new.
    news: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    is_closed: bool,
    next: u64,
    /// Whoever listens, each with its lines, the oldest first. Dropping an ear ends its line.
    ears: HashMap<String, VecDeque<(u64, oneshot::Sender<()>)>>,
    count: usize,
    site: u64,
    hints: (u64, u64, i64),
    hints_changed: u64,
    /// The buckets that somebody listens to: how many do, and how far each is.
    buckets: HashMap<String, (usize, u64)>,
}

/// One line. Dropping it gives its place back.
pub(crate) struct Line {
    live: Live,
    number: u64,
    whose: String,
    listens: Listens,
    news: watch::Receiver<u64>,
    ended: oneshot::Receiver<()>,
}

/// What a line waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    /// Something may have changed.
    News,
    /// It is time to say that the line stands.
    Beat,
    /// The line is over.
    End,
}

impl Default for Live {
    fn default() -> Self {
        Self(Arc::new(Inner { state: Mutex::default(), news: watch::Sender::new(0) }))
    }
}

impl Live {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a line. Where `whose` has `most` already, their oldest one ends.
    ///
    /// # Errors
    /// [`Code::HubBusy`] where there are too many, or the hub is about to stop.
    pub(crate) fn open(&self, whose: &str, most: usize, listens: Listens) -> Result<Line> {
        let mut state = self.state();
        let is_full = state.count >= MAX_LINES && state.ears.get(whose).is_none_or(|own| own.len() < most);
        if is_full || state.is_closed {
            return Err(Error::new(Code::HubBusy, "too many live lines: poll instead"));
        }
        let (ear, ended) = oneshot::channel();
        let number = state.next;
        state.next += 1;
        state.count += 1;
        let own = state.ears.entry(whose.to_owned()).or_default();
        own.push_back((number, ear));
        if own.len() > most {
            own.pop_front();
            state.count -= 1;
        }
        state.listen(&listens);
        Ok(Line { live: self.clone(), number, whose: whose.to_owned(), listens, news: self.0.news.subscribe(), ended })
    }

    /// Ends every line, and lets nobody open another.
    pub(crate) fn close(&self) {
        let mut state = self.state();
        state.is_closed = true;
        state.ears.clear();
        state.count = 0;
    }

    /// Lets lines be opened, where a hub listens again that was closed.
    pub(crate) fn reopen(&self) {
        self.state().is_closed = false;
    }

    /// How many lines there are.
    pub(crate) fn count(&self) -> usize {
        self.state().count
    }

    /// Looks at the ledger, and tells whoever listens where something is new.
    fn look(&self, hub: &Hub) -> Result<()> {
        let site = hub.site()?;
        let (is_new, asked) = hub.read(&site, |tx| {
            let (head, hints) = (tx.head()?.0, tx.state_of_hints()?);
            let mut state = self.state();
            let is_new = head != state.site || hints != state.hints;
            state.hints_changed += u64::from(hints != state.hints);
            (state.site, state.hints) = (head, hints);
            Ok((is_new, state.buckets.keys().cloned().collect::<Vec<_>>()))
        })?;
        if is_new {
            self.read_buckets(hub, &site, &asked)?;
            self.0.news.send_modify(|count| *count += 1);
        }
        Ok(())
    }

    /// Reads how far these buckets are.
    fn read_buckets(&self, hub: &Hub, site: &str, asked: &[String]) -> Result<()> {
        let heads = hub.read(site, |tx| asked.iter().map(|bucket| tx.head_of_bucket(bucket)).collect::<Result<Vec<_>>>())?;
        let mut state = self.state();
        for (bucket, head) in asked.iter().zip(heads) {
            if let Some(known) = state.buckets.get_mut(bucket) {
                known.1 = known.1.max(head);
            }
        }
        Ok(())
    }
}

impl State {
    fn listen(&mut self, listens: &Listens) {
        if let Listens::Buckets(buckets) = listens {
            for bucket in buckets {
                self.buckets.entry(bucket.clone()).or_default().0 += 1;
            }
        }
    }

    fn leave(&mut self, listens: &Listens) {
        if let Listens::Buckets(buckets) = listens {
            for bucket in buckets {
                if let Some(known) = self.buckets.get_mut(bucket) {
                    known.0 -= 1;
                    if known.0 == 0 {
                        self.buckets.remove(bucket);
                    }
                }
            }
        }
    }
}

impl Line {
    /// Waits for what comes next.
    pub(crate) async fn hear(&mut self) -> Heard {
        tokio::select! {
            biased;
            _ = &mut self.ended => Heard::End,
            told = self.news.changed() => if told.is_ok() { Heard::News } else { Heard::End },
            () = tokio::time::sleep(BEAT_EVERY) => Heard::Beat,
        }
    }

    /// How far it is, as the last look at the ledger found it.
    pub(crate) fn heads(&self) -> Heads {
        let state = self.live.state();
        match &self.listens {
            Listens::Site => Heads { head: state.site, hints: state.hints_changed },
            Listens::Buckets(buckets) => {
                let head = buckets.iter().filter_map(|bucket| state.buckets.get(bucket)).map(|(_, head)| *head).max();
                Heads { head: head.unwrap_or(0), hints: 0 }
            }
        }
    }

    /// Looks at the ledger for this line alone: what it is about, from the first word on.
    pub(crate) fn catch_up(&self, hub: &Hub) -> Result<()> {
        self.live.look(hub)?;
        match &self.listens {
            Listens::Site => Ok(()),
            Listens::Buckets(buckets) => self.live.read_buckets(hub, &hub.site()?, buckets),
        }
    }

    /// What it is about, where that has changed.
    pub(crate) fn listen_to(&mut self, listens: Listens) {
        if listens != self.listens {
            let mut state = self.live.state();
            state.listen(&listens);
            state.leave(&self.listens);
            drop(state);
            self.listens = listens;
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let mut state = self.live.state();
        state.leave(&self.listens);
        let Some(own) = state.ears.get_mut(&self.whose) else { return };
        let before = own.len();
        own.retain(|(number, _)| *number != self.number);
        let (left, is_last) = (before - own.len(), own.is_empty());
        if is_last {
            state.ears.remove(&self.whose);
        }
        state.count -= left;
    }
}

/// Looks at the ledger again and again while somebody listens.
pub(crate) async fn watch(hub: Hub) {
    let live = hub.live().clone();
    let mut timer = tokio::time::interval(LOOK_EVERY);
    timer.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        timer.tick().await;
        if live.count() == 0 {
            continue;
        }
        let (hub, live) = (hub.clone(), live.clone());
        match tokio::task::spawn_blocking(move || live.look(&hub)).await {
            Ok(Ok(())) | Err(_) => {}
            Ok(Err(error)) => tracing::error!(code = %error.code, "live lines cannot be told what is new"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets(names: &[&str]) -> Listens {
        Listens::Buckets(names.iter().map(|&name| name.to_owned()).collect())
    }

    #[tokio::test]
    async fn a_phone_that_comes_back_takes_its_own_place_and_nobody_elses() {
        let live = Live::default();
        let mut oldest = live.open("phone", OF_A_PHONE, Listens::Site).unwrap();
        let mut other = live.open("other", OF_A_PHONE, Listens::Site).unwrap();
        let _second = live.open("phone", OF_A_PHONE, Listens::Site).unwrap();
        assert_eq!(live.count(), 3);
        let _third = live.open("phone", OF_A_PHONE, Listens::Site).unwrap();
        assert_eq!(live.count(), 3);
        assert_eq!(oldest.hear().await, Heard::End);
        assert!(tokio::time::timeout(Duration::from_millis(20), other.hear()).await.is_err(), "another's line stands");
        drop(oldest);
        assert_eq!(live.count(), 3, "a place is given back once");
    }

    #[tokio::test]
    async fn there_are_so_many_lines_and_no_more_and_a_place_comes_free() {
        let live = Live::default();
        let mut lines: Vec<_> = (0..MAX_LINES).map(|n| live.open(&n.to_string(), OF_A_PHONE, buckets(&["staff"])).unwrap()).collect();
        assert_eq!(live.open("late", OF_A_PHONE, Listens::Site).err().unwrap().code, Code::HubBusy);
        lines.pop();
        drop(live.open("late", OF_A_PHONE, Listens::Site).unwrap());
        live.close();
        assert_eq!(lines[0].hear().await, Heard::End);
        assert_eq!(live.open("late", OF_A_PHONE, Listens::Site).err().unwrap().code, Code::HubBusy);
        drop(lines);
        assert_eq!(live.count(), 0);
        assert!(live.state().buckets.is_empty(), "what nobody listens to is forgotten");
    }
}
