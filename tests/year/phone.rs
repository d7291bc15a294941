//! A phone of the year: an encrypted database on a simulated disk, open while its holder does something.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Weak};

use liuye_core::companion::{Companion, Config, DatabaseKey};

use super::network::Line;
use super::world::World;
use crate::disk::{Machine, machine};
use crate::sim::chance::Chance;
use crate::sim::clock::{MachineClock, Time};

pub(super) struct Phone {
    folder: PathBuf,
    pub(super) disk: Arc<Machine>,
    clock: Arc<MachineClock>,
    chance: Arc<Chance>,
    app: Mutex<Option<Arc<Companion>>>,
    pub(super) enrolled: Mutex<bool>,
}

impl Phone {
    pub(super) fn new(folder: &Path, time: &Arc<Time>, seed: u64, index: usize) -> Self {
        let name = format!("phone-{index}");
        let folder = folder.join(&name);
        Self {
            disk: machine(&folder),
            folder,
            clock: Arc::new(MachineClock::new(time, &name)),
            chance: Arc::new(Chance::new(seed, 1000 + index as u64)),
            app: Mutex::default(),
            enrolled: Mutex::default(),
        }
    }

    /// The app, started where it does not run: a phone that was killed starts again.
    pub(super) fn app(&self, world: &Weak<World>) -> Arc<Companion> {
        let mut app = self.app.lock().unwrap();
        if self.disk.is_down() {
            *app = None;
        }
        let running = app.get_or_insert_with(|| {
            self.disk.start();
            let mut config = Config::new(self.folder.join("phone.db"), DatabaseKey::from_bytes([9; 32]), "a phone of the year");
            config.transport = Some(Arc::new(Line(Weak::clone(world))));
            config.clock = Some(Arc::clone(&self.clock) as _);
            config.rng = Some(Arc::clone(&self.chance) as _);
            Arc::new(Companion::open(config).unwrap())
        });
        Arc::clone(running)
    }

    /// Closes the app.
    pub(super) fn quit(&self) {
        self.app.lock().unwrap().take();
    }
}
