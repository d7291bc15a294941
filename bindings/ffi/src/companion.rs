//! The companion: opening and closing, who this phone is, photos, documents, outbox, sync, observers.

use std::path::Path;
use std::sync::Arc;

use liuye_core::companion::{self as core, Companion};
use liuye_core::domain;

use crate::config::{OpenConfig, config};
use crate::crossing::{Inward, given};
use crate::error::Result;
use crate::outbox::{AttentionItem, OutboxEntry, OutboxStatus, SyncReason, SyncReport};
use crate::recovery::Recovery;
use crate::traits::{ChangeListener, Clock, HostListener, LogSink, Transport};
use crate::types::{AttachedBlob, ChangeEvent, Document, DocumentKind, Identity, Page, Recorded};

/// One open database of one phone.
#[derive(Debug, uniffi::Object)]
pub struct CompanionHandle {
    pub(crate) core: Companion,
}

/// A subscription of a listener. Dropping it ends it too.
#[derive(Debug, uniffi::Object)]
pub struct SubscriptionHandle {
    core: core::Subscription,
}

#[uniffi::export]
impl SubscriptionHandle {
    /// Ends the subscription. A call of the listener that is under way may still end after this returns.
    pub fn cancel(&self) {
        self.core.cancel();
    }
}

#[uniffi::export]
impl CompanionHandle {
    /// Opens the database, or makes it together with the device's key.
    ///
    /// # Errors
    /// `key_wrong`, `schema_newer`, `corrupt`, `disk_full`, `storage`; `malformed` at `key`; a refused device name at
    /// `device.name`.
    #[uniffi::constructor]
    pub fn open(
        open: OpenConfig,
        transport: Option<Arc<dyn Transport>>,
        clock: Option<Arc<dyn Clock>>,
        log_sink: Option<Arc<dyn LogSink>>,
    ) -> Result<Arc<Self>> {
        let core = Companion::open(config(open, transport, clock, log_sink)?)?;
        Ok(Arc::new(Self { core }))
    }

    /// Opens a database that `open`, or any later call, found to be `corrupt`: moves the file aside, and makes a new one of all that
    /// can still be read. Reads the whole file. Close every companion of it first.
    ///
    /// # Errors
    /// `key_wrong` where nothing of it opens under this key; those of `open`.
    #[uniffi::constructor]
    pub fn recover(
        open: OpenConfig,
        transport: Option<Arc<dyn Transport>>,
        clock: Option<Arc<dyn Clock>>,
        log_sink: Option<Arc<dyn LogSink>>,
    ) -> Result<Arc<Self>> {
        let core = Companion::recover(config(open, transport, clock, log_sink)?)?;
        Ok(Arc::new(Self { core }))
    }

    /// What the last recovery of this database saved and lost; none where there was none.
    ///
    /// # Errors
    /// Those of the store.
    pub fn recovery(&self) -> Result<Option<Recovery>> {
        given(self.core.recovery())
    }

    /// Ends what runs and closes the database. Every later call but this one gives `closed`.
    ///
    /// # Errors
    /// None today.
    pub fn shut(&self) -> Result<()> {
        given(self.core.close())
    }

    /// Ends what runs and releases every lock of the database: for an app that goes to the background.
    ///
    /// # Errors
    /// `closed`.
    pub fn suspend(&self) -> Result<()> {
        given(self.core.suspend())
    }

    /// Goes on after `suspend`.
    ///
    /// # Errors
    /// `closed`, and those of `open`.
    pub fn resume(&self) -> Result<()> {
        given(self.core.resume())
    }

    /// Who this phone is.
    ///
    /// # Errors
    /// Those of the store.
    pub fn identity(&self) -> Result<Identity> {
        given(self.core.identity())
    }

    /// Binds this phone to a site by a code: a one-time code for staff, the site's public one for tourists. Blocks on the network.
    ///
    /// # Errors
    /// `enrolment_refused` at `code`, `already_enrolled`, `malformed` at `hub_url`; those of the network.
    pub fn enrol(&self, hub_url: &str, code: &str) -> Result<Identity> {
        given(self.core.enrol(hub_url, code))
    }

    /// Signs a person in who shares this phone. Works offline; takes some ten milliseconds.
    ///
    /// # Errors
    /// `pin_wrong`, `pin_locked`, `pin_missing`; `unknown_reference` at `person`; `malformed` or `out_of_range` at `pin`;
    /// `not_enrolled`; those of the store.
    pub fn sign_in(&self, person: &str, pin: &str) -> Result<Identity> {
        given(self.core.sign_in(person, pin))
    }

    /// Signs out whoever is signed in. What they recorded is sent under their name.
    ///
    /// # Errors
    /// Those of the store.
    pub fn sign_out(&self) -> Result<()> {
        given(self.core.sign_out())
    }

    /// Says that whoever is signed in is using the phone, so that it does not lock itself.
    ///
    /// # Errors
    /// Those of the store.
    pub fn touch(&self) -> Result<()> {
        given(self.core.touch())
    }

    /// Keeps a photo. The same bytes are kept once.
    ///
    /// # Errors
    /// `photo_not_image`, `photo_too_large`, `photo_too_many_pixels`; those of the store.
    pub fn attach(&self, bytes: Vec<u8>) -> Result<AttachedBlob> {
        given(self.core.attach(&bytes))
    }

    /// Keeps the photo of a file.
    ///
    /// # Errors
    /// Those of `attach`; `not_found` at `path` where the file cannot be read.
    pub fn attach_path(&self, path: &str) -> Result<AttachedBlob> {
        given(self.core.attach_path(Path::new(path)))
    }

    /// The bytes of a photo that this phone keeps.
    ///
    /// # Errors
    /// `not_found` where it does not; `malformed` at `sha256`.
    pub fn photo(&self, sha256: &str) -> Result<Vec<u8>> {
        given(self.core.photo(&sha256.inward("sha256")?))
    }

    /// A document as this phone sees it.
    ///
    /// # Errors
    /// Those of the store.
    pub fn document(&self, id: &str) -> Result<Option<Document>> {
        given(self.core.document(id))
    }

    /// Documents of a kind: records newest first by their own time, reference data by id.
    ///
    /// # Errors
    /// `out_of_range` at `limit`; those of the store.
    pub fn documents(&self, kind: DocumentKind, page: Page) -> Result<Vec<Document>> {
        given(self.core.documents(kind.inward("kind")?, page.inward("")?))
    }

    /// Documents that have every word of the text, the best answer first. A Chinese word is found wherever it stands, another one
    /// by its beginning. No kinds are all kinds.
    ///
    /// # Errors
    /// `missing` or `too_long` at `text`; `malformed` at `kind`; `out_of_range` at `limit` (1 to 200); those of the store.
    pub fn search(&self, text: &str, kinds: Vec<DocumentKind>, limit: i32) -> Result<Vec<Document>> {
        let kinds: Vec<domain::DocumentKind> = kinds.inward("kinds")?;
        given(self.core.search(text, &kinds, u32::try_from(limit).unwrap_or(0)))
    }

    /// Where everything stands, in numbers.
    ///
    /// # Errors
    /// Those of the store.
    pub fn outbox(&self) -> Result<OutboxStatus> {
        given(self.core.outbox())
    }

    /// Operations of this phone with what became of them, newest first.
    ///
    /// # Errors
    /// `out_of_range` at `limit`; those of the store.
    pub fn operations(&self, page: Page) -> Result<Vec<OutboxEntry>> {
        given(self.core.operations(page.inward("")?))
    }

    /// What needs its author, oldest first, whole.
    ///
    /// # Errors
    /// Those of the store.
    pub fn needs_attention(&self) -> Result<Vec<AttentionItem>> {
        given(self.core.needs_attention())
    }

    /// Corrects an operation by a new one with this body (JSON), of the same kind and document.
    ///
    /// # Errors
    /// `amends_nothing`; the rules' own for the new body; `malformed` at `operation`.
    pub fn amend(&self, operation: &str, body: &str) -> Result<Recorded> {
        given(self.core.amend(operation.inward("operation")?, body))
    }

    /// Gives up an operation that needs attention.
    ///
    /// # Errors
    /// `amends_nothing`; `missing` at `reason`; `malformed` at `operation`.
    pub fn discard(&self, operation: &str, reason: &str) -> Result<Recorded> {
        given(self.core.discard(operation.inward("operation")?, reason))
    }

    /// Sends what is pending, fetches what changed, sends photos. Blocks for as long as that takes.
    ///
    /// # Errors
    /// `busy` at once where one runs; `cancelled`; `no_transport`; `not_enrolled`; `wiped` where the hub ordered that; those of
    /// the store. A network that fails is told in the report.
    pub fn sync(&self, reason: SyncReason) -> Result<SyncReport> {
        given(self.core.sync(reason.inward("reason")?))
    }

    /// Ends a running sync soon, with `cancelled`. What it has stored stays.
    pub fn cancel(&self) {
        self.core.cancel();
    }

    /// Calls the listener after each commit that changed something, on the thread that made it.
    ///
    /// # Errors
    /// `closed`.
    pub fn observe(&self, listener: Arc<dyn ChangeListener>) -> Result<Arc<SubscriptionHandle>> {
        let core = self.core.observe(Arc::new(HostListener(listener)))?;
        Ok(Arc::new(SubscriptionHandle { core }))
    }

    /// Waits for the next change, at most `timeout_ms`. For one reader.
    ///
    /// # Errors
    /// `closed`, also when the companion is closed while this waits.
    pub fn next_event(&self, timeout_ms: i64) -> Result<Option<ChangeEvent>> {
        given(self.core.next_event(u64::try_from(timeout_ms).unwrap_or(0)))
    }
}
