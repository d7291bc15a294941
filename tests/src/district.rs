//! A whole district: the Liuye Lake site, a hub on loopback that can be stopped and started, and phones.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use liuye_core::companion::{CheckInDraft, Companion, Config, DatabaseKey, ShiftStart, SyncReason, SyncReport};
use liuye_core::domain::{CheckInEvidence, Movement};
use liuye_core::env::{Env, Transport};
use liuye_core::native::NativeTransport;
use liuye_hub::{Edition, Hub, ServeConfig, ops, serve};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::HandClock;

/// A district in a temporary folder. Dropping it ends its hub.
pub struct District {
    dir: TempDir,
    runtime: Runtime,
    hub: Hub,
    address: SocketAddr,
    running: Option<(oneshot::Sender<()>, JoinHandle<anyhow::Result<()>>)>,
}

impl District {
    /// The Liuye Lake site, with its hub listening.
    #[must_use]
    pub fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let hub = Hub::open(&dir.path().join("hub"), Env::system()).unwrap();
        hub.import_site(&Self::site_file("site.json")).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let mut district = Self { dir, runtime, hub, address, running: None };
        district.listen(listener);
        district
    }

    /// A site file of the fixtures.
    #[must_use]
    pub fn site_file(name: &str) -> String {
        std::fs::read_to_string(crate::repository().join("fixtures/liuye-lake").join(name)).unwrap()
    }

    fn listen(&mut self, listener: TcpListener) {
        let (stop, stopped) = oneshot::channel();
        let hub = self.hub.clone();
        let serving = self.runtime.spawn(serve(hub, listener, ServeConfig::default(), async {
            let _ = stopped.await;
        }));
        self.running = Some((stop, serving));
    }

    /// Ends the hub's listening: phones are offline.
    pub fn stop(&mut self) {
        if let Some((stop, serving)) = self.running.take() {
            let _ = stop.send(());
            self.runtime.block_on(serving).unwrap().unwrap();
        }
    }

    /// Listens again, at the same address.
    pub fn start(&mut self) {
        let listener = TcpListener::bind(self.address).unwrap();
        self.listen(listener);
    }

    /// The hub itself.
    #[must_use]
    pub const fn hub(&self) -> &Hub {
        &self.hub
    }

    /// The hub's data folder.
    #[must_use]
    pub fn hub_folder(&self) -> PathBuf {
        self.dir.path().join("hub")
    }

    /// Another hub on the same data folder, listening beside the first until the district ends. Returns its address.
    #[must_use]
    pub fn second_hub(&self) -> String {
        self.second_hub_of(Edition::default())
    }

    /// [`District::second_hub`], of another edition.
    #[must_use]
    pub fn second_hub_of(&self, edition: Edition) -> String {
        self.serve_beside(Hub::open_edition(&self.hub_folder(), Env::system(), edition).unwrap())
    }

    /// Lets a hub of this data folder, with a clock of its own say, listen beside the first. Returns its address.
    #[must_use]
    pub fn serve_beside(&self, hub: Hub) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        self.runtime.spawn(serve(hub, listener, ServeConfig::default(), std::future::pending()));
        format!("http://{address}")
    }

    /// Loses the hub's disk and puts the hub back from a backup, at the same address.
    pub fn restore(&mut self, backup: &Path) {
        self.stop();
        std::fs::remove_dir_all(self.hub_folder()).unwrap();
        ops::backup::restore(backup, &self.hub_folder(), Env::system()).unwrap();
        self.hub = Hub::open(&self.hub_folder(), Env::system()).unwrap();
        self.start();
    }

    /// Puts a copy of the hub's files in their place, as somebody does who knows of no `restore`.
    pub fn put_files_back(&mut self, copy: &Path) {
        self.stop();
        std::fs::remove_dir_all(self.hub_folder()).unwrap();
        crate::copy_tree(copy, &self.hub_folder());
        self.hub = Hub::open(&self.hub_folder(), Env::system()).unwrap();
        self.start();
    }

    /// Where the hub listens.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The file of a phone's database.
    #[must_use]
    pub fn phone_path(&self, name: &str) -> PathBuf {
        self.dir.path().join(format!("{name}.db"))
    }

    /// The ledger, to be looked at by SQL.
    #[must_use]
    pub fn ledger(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.dir.path().join("hub/ledger.db")).unwrap()
    }

    /// How many rows a query counts in the ledger.
    #[must_use]
    pub fn count(&self, sql: &str) -> u64 {
        self.ledger().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// A phone that is not enrolled yet.
    #[must_use]
    pub fn phone(&self, name: &str) -> Companion {
        open_phone(&self.phone_path(name), Arc::new(NativeTransport::new()))
    }

    /// A code for a phone; for a tourist's where `person` is absent.
    #[must_use]
    pub fn code(&self, person: Option<&str>) -> String {
        ops::enrol_code::make(&self.hub, person, 1, 60).unwrap()
    }

    /// A phone of these clocks that these persons share, with its first fill.
    #[must_use]
    pub fn shared(&self, name: &str, persons: &[&str], clock: &Arc<HandClock>) -> Companion {
        let phone = open_phone_at(&self.phone_path(name), Arc::new(NativeTransport::new()), clock);
        let persons: Vec<_> = persons.iter().map(|&person| person.to_owned()).collect();
        phone.enrol(&self.url(), &ops::enrol_code::make_shared(&self.hub, &persons, 1, 60).unwrap()).unwrap();
        sync(&phone);
        phone
    }

    /// A phone that is enrolled for this person and has its first fill.
    #[must_use]
    pub fn staff(&self, person: &str) -> Companion {
        let phone = self.phone(person);
        phone.enrol(&self.url(), &self.code(Some(person))).unwrap();
        sync(&phone);
        phone
    }

    /// A phone whose holder is on duty in this zone.
    #[must_use]
    pub fn on_duty(&self, person: &str, zone: &str) -> Companion {
        let phone = self.staff(person);
        phone.patrol().start_shift(ShiftStart::Unplanned { zone: Some(zone.to_owned()), post: None, minutes: 480 }).unwrap();
        sync(&phone);
        phone
    }

    /// A check-in by a checkpoint's QR code, at the hub.
    pub fn check_in(&self, phone: &Companion, checkpoint: &str) {
        let evidence = CheckInEvidence::Qr { payload: self.qr(checkpoint) };
        let draft = CheckInDraft { checkpoint: None, evidence, fix: None, movement: Movement::Foot, note: None, photos: Vec::new() };
        phone.patrol().check_in(draft).unwrap();
        sync(phone);
    }

    /// The text of a checkpoint's QR code.
    #[must_use]
    pub fn qr(&self, checkpoint: &str) -> String {
        self.hub.tags().unwrap().into_iter().find(|(id, _)| id == checkpoint).unwrap().1
    }

    /// What `liuye verify` finds wrong.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        ops::verify::verify(&self.hub).unwrap().faults
    }
}

impl Drop for District {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Opens a phone's database with the tests' key.
#[must_use]
pub fn open_phone(path: &Path, transport: Arc<dyn Transport>) -> Companion {
    let mut config = Config::new(path, DatabaseKey::from_bytes([42; 32]), "a phone of the tests");
    config.transport = Some(transport);
    Companion::open(config).unwrap()
}

/// Opens a phone's database with the tests' key, and these clocks.
#[must_use]
pub fn open_phone_at(path: &Path, transport: Arc<dyn Transport>, clock: &Arc<HandClock>) -> Companion {
    let mut config = Config::new(path, DatabaseKey::from_bytes([42; 32]), "a phone of the tests");
    config.transport = Some(transport);
    config.clock = Some(clock.clone());
    Companion::open(config).unwrap()
}

fn sync(phone: &Companion) -> SyncReport {
    let report = phone.sync(SyncReason::User).unwrap();
    assert_eq!(report.blocked_reason, None);
    report
}
