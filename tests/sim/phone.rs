//! A phone: a disk, a clock, an app on it while there is one, and a journal of what its saves promised.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};

use liuye_core::companion::{Companion, Config, DatabaseKey, OutboxEntry, OutboxStatus, Page};
use liuye_core::{Code, Error};
use uuid::Uuid;

use super::chance::Chance;
use super::clock::MachineClock;
use super::network::Line;
use super::world::World;
use crate::disk::{Machine, machine};

/// The key of every simulated phone's database.
pub(super) const KEY: [u8; 32] = [7; 32];

/// What the outside world knows of a phone.
#[derive(Debug, Default, Clone)]
pub(super) struct Journal {
    /// Operations that a save promised.
    pub(super) promised: BTreeSet<Uuid>,
    /// Whether a save failed in a way that leaves open what is on the disk.
    pub(super) unsure: bool,
    /// When the phone means to sync again by itself, in true time.
    pub(super) sync_due: Option<i64>,
    pub(super) enrolled: bool,
    /// The code it was given, until it is enrolled.
    pub(super) code: Option<String>,
    /// Who gave their PIN last, on a phone that is shared.
    pub(super) signed_in: Option<&'static str>,
    /// Who gave it and was told of an error: it may have taken effect all the same.
    pub(super) signing_in: Option<&'static str>,
    /// In whose name each operation was written.
    pub(super) names: BTreeMap<Uuid, &'static str>,
}

impl Journal {
    /// Whoever takes a phone sees whose name it shows: that tells what became of a sign-in that an error broke off.
    pub(super) fn look_at(&mut self, shown: Option<&str>) {
        let tried = self.signing_in.take();
        if tried.is_some() && tried == shown {
            self.signed_in = tried;
        }
    }
}

/// A phone of the simulated district.
pub(super) struct Phone {
    pub(super) index: usize,
    pub(super) folder: PathBuf,
    /// Who carries it, or shares it; nobody of the staff for a tourist's.
    holders: Mutex<Vec<&'static str>>,
    pub(super) disk: Arc<Machine>,
    pub(super) clock: Arc<MachineClock>,
    pub(super) chance: Arc<Chance>,
    online: AtomicBool,
    app: Mutex<Option<Arc<Companion>>>,
    pub(super) journal: Mutex<Journal>,
    /// What the journal said when the phone was last backed up.
    kept: Mutex<Option<Journal>>,
}

impl Phone {
    pub(super) fn new(index: usize, folder: &Path, holders: Vec<&'static str>, clock: MachineClock, seed: u64) -> Self {
        Self {
            index,
            folder: folder.to_owned(),
            holders: Mutex::new(holders),
            disk: machine(folder),
            clock: Arc::new(clock),
            chance: Arc::new(Chance::new(seed, 100 + index as u64)),
            online: AtomicBool::new(true),
            app: Mutex::new(None),
            journal: Mutex::default(),
            kept: Mutex::default(),
        }
    }

    /// Those who carry it.
    pub(super) fn holders(&self) -> Vec<&'static str> {
        self.holders.lock().unwrap().clone()
    }

    /// Whoever has it in their hands.
    pub(super) fn person(&self) -> Option<&'static str> {
        let holders = self.holders.lock().unwrap();
        if holders.len() > 1 { self.journal.lock().unwrap().signed_in } else { holders.first().copied() }
    }

    /// The name under which its operations are written now.
    fn name(&self, app: &Companion) -> Option<&'static str> {
        let is_enrolled = app.identity().ok()?.site.is_some();
        Some(if is_enrolled { self.person().unwrap_or("tourist") } else { "self" })
    }

    /// The phone was told to forget everything: it is a new one, with the same code for whoever carries it.
    pub(super) fn begin_anew(&self) {
        self.quit();
        let mut journal = self.journal.lock().unwrap();
        *journal = Journal { code: journal.code.take(), ..Journal::default() };
    }

    fn backup_folder(&self) -> PathBuf {
        self.folder.with_extension("backup")
    }

    /// Keeps a copy of the phone as it is.
    pub(super) fn back_up(&self) {
        if !self.disk.is_down() {
            self.disk.copy_to(&self.backup_folder());
            *self.kept.lock().unwrap() = Some(self.journal.lock().unwrap().clone());
        }
    }

    /// Puts the phone back as it was when it was last backed up. False where it never was.
    pub(super) fn put_back(&self) -> bool {
        let Some(kept) = self.kept.lock().unwrap().clone() else { return false };
        self.quit();
        self.disk.kill();
        machine(&self.backup_folder()).copy_to(&self.folder);
        *self.journal.lock().unwrap() = kept;
        true
    }

    /// Makes this phone a clone of another: its disk, and whoever carries it.
    pub(super) fn become_clone_of(&self, other: &Self) {
        other.disk.copy_to(&self.folder);
        *self.holders.lock().unwrap() = other.holders();
        *self.journal.lock().unwrap() = other.journal.lock().unwrap().clone();
    }

    /// Forgets everything, the backup as well.
    pub(super) fn clear(&self) {
        self.quit();
        self.disk.clear();
        machine(&self.backup_folder()).clear();
    }

    pub(super) fn database(&self) -> PathBuf {
        self.folder.join("phone.db")
    }

    pub(super) fn is_online(&self) -> bool {
        self.online.load(Ordering::SeqCst)
    }

    pub(super) fn set_online(&self, online: bool) {
        self.online.store(online, Ordering::SeqCst);
    }

    /// The app, while it runs.
    pub(super) fn app(&self) -> Option<Arc<Companion>> {
        self.app.lock().unwrap().clone()
    }

    /// Starts the machine and the app on it. A disk that fails at once leaves the app closed.
    pub(super) fn launch(&self, world: &Weak<World>) -> bool {
        self.disk.start();
        let mut config = Config::new(self.database(), DatabaseKey::from_bytes(KEY), format!("phone {}", self.index));
        config.transport = Some(Arc::new(Line { world: Weak::clone(world), phone: self.index }));
        config.clock = Some(Arc::clone(&self.clock) as _);
        config.rng = Some(Arc::clone(&self.chance) as _);
        let opened = Companion::open(config).ok().map(Arc::new);
        let launched = opened.is_some();
        *self.app.lock().unwrap() = opened;
        launched
    }

    /// Closes the app where its machine went down. True where it ran.
    pub(super) fn notice_end(&self) -> bool {
        self.disk.is_down() && self.app.lock().unwrap().take().is_some()
    }

    /// Closes the app.
    pub(super) fn quit(&self) {
        self.app.lock().unwrap().take();
    }

    /// Writes down what a save promised, or what its failure leaves open.
    pub(super) fn note(&self, app: &Companion, saved: Result<Vec<Uuid>, Error>) {
        let name = self.name(app);
        let mut journal = self.journal.lock().unwrap();
        match saved {
            Ok(ids) => {
                journal.names.extend(ids.iter().copied().zip(name.into_iter().cycle()));
                journal.promised.extend(ids);
            }
            Err(error) if error.kind() == liuye_core::ErrorKind::Storage => journal.unsure = true,
            // Refused by the rules: nothing was stored.
            Err(_) => {}
        }
    }

    /// Holds the journal against the phone. What is wrong, where something is; how many promised operations are gone.
    pub(super) fn check(&self) -> Result<(), (String, u64)> {
        let Some(app) = self.app() else { return Ok(()) };
        let Ok(status) = app.outbox() else { return Ok(()) };
        let mut journal = self.journal.lock().unwrap();
        if total(&status) == journal.promised.len() as u64 {
            return Ok(());
        }
        let Ok(there) = operations(&app) else { return Ok(()) };
        let lost = journal.promised.difference(&there).count() as u64;
        if lost > 0 {
            return Err((format!("phone {} lost {lost} operations that a save had promised", self.index), lost));
        }
        if there.len() as u64 != total(&status) {
            return Err((format!("phone {}: the outbox counts {} of {} operations", self.index, total(&status), there.len()), 0));
        }
        // That it has an assignment a phone writes down by itself.
        let Ok(own) = operations_of(&app, |entry| entry.kind == "assignment.deliver") else { return Ok(()) };
        journal.promised.extend(own);
        if !journal.unsure && journal.promised != there {
            return Err((format!("phone {} stored an operation whose save failed", self.index), 0));
        }
        journal.promised = there;
        Ok(())
    }
}

/// All operations of a status: each is in one place.
pub(super) const fn total(status: &OutboxStatus) -> u64 {
    status.pending + status.applied + status.held + status.quarantined + status.conflicts
}

/// The ids of every operation of a phone.
pub(super) fn operations(app: &Companion) -> Result<BTreeSet<Uuid>, Error> {
    operations_of(app, |_| true)
}

fn operations_of(app: &Companion, which: impl Fn(&OutboxEntry) -> bool) -> Result<BTreeSet<Uuid>, Error> {
    let mut ids = BTreeSet::new();
    let (mut count, mut wanted) = (0, 0);
    loop {
        let page = app.operations(Page { limit: 200, offset: count })?;
        if page.is_empty() {
            break;
        }
        count += u32::try_from(page.len()).unwrap_or(u32::MAX);
        ids.extend(page.iter().filter(|entry| which(entry)).map(|entry| entry.operation));
        wanted += page.iter().filter(|entry| which(entry)).count();
    }
    if ids.len() == wanted { Ok(ids) } else { Err(Error::new(Code::Internal, "an operation is listed twice")) }
}
