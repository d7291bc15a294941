//! What can still be read of a database that SQLite gives up on.
//!
//! Every page that opens is read by itself, without the tree that led to it, and every row is held against what it is the
//! digest or the hash of. So a damaged page costs the rows that lie on it, and nothing else. Documents are not looked for: the
//! hub has them. A table that holds what nobody else has needs a line in [`Salvage::sort`].

mod cipher;
mod pages;
mod records;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use self::pages::Pages;
use self::records::{PageKind, Value, rows};
use super::{DatabaseKey, OperationState, OutboxRow};
use crate::domain::{Photo, Verdict};
use crate::log::{ContactSeal, Digest, Operation, Salt};

/// The salt of a file's cipher: no secret, and needed for every page.
pub(crate) type FileSalt = [u8; cipher::SALT];

/// A contact beside its operation.
#[derive(Debug)]
pub(crate) struct SalvagedContact {
    pub(crate) operation: Uuid,
    pub(crate) entity: String,
    pub(crate) salt: Salt,
    pub(crate) content: String,
}

/// An operation with what became of it.
#[derive(Debug)]
pub(crate) struct SalvagedOperation {
    pub(crate) row: OutboxRow,
    pub(crate) replay: bool,
}

/// Where the pieces of a photo lie, and whether the hub had it whole, where that is still known.
#[derive(Debug, Default)]
struct Pieces {
    /// Page and row by the offset at which the piece begins.
    places: BTreeMap<i64, (u32, usize)>,
    sent: Option<bool>,
}

/// What was found in a database file and its log.
pub(crate) struct Salvage {
    pages: Pages,
    /// Single values by name, JSON each.
    pub(crate) meta: BTreeMap<String, String>,
    pub(crate) operations: BTreeMap<Uuid, SalvagedOperation>,
    pub(crate) contacts: Vec<SalvagedContact>,
    /// Tracking codes by their documents.
    pub(crate) tracking_codes: BTreeMap<String, String>,
    photos: BTreeMap<Digest, Pieces>,
    /// Pages that do not open.
    pub(crate) unreadable_pages: u64,
}

/// The name of a file that lies beside another.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// Whether the key opens any page at all: where it does, what is wrong is the file.
pub(crate) fn key_fits(path: &Path, key: &DatabaseKey, salt: Option<FileSalt>) -> bool {
    Pages::find(path, key, salt).is_some()
}

impl Salvage {
    /// Reads what can be read; none where not one page opens under this key.
    pub(crate) fn of(path: &Path, key: &DatabaseKey, salt: Option<FileSalt>) -> Option<Self> {
        let mut salvage = Self {
            pages: Pages::find(path, key, salt)?,
            meta: BTreeMap::new(),
            operations: BTreeMap::new(),
            contacts: Vec::new(),
            tracking_codes: BTreeMap::new(),
            photos: BTreeMap::new(),
            unreadable_pages: 0,
        };
        for number in 1..=salvage.pages.count() {
            let Some(page) = salvage.pages.read(number) else {
                salvage.unreadable_pages += 1;
                continue;
            };
            let pages = &mut salvage.pages;
            let found = rows(number, &page, &mut |other| pages.read(other));
            for (index, row) in found.rows.iter().enumerate() {
                salvage.sort(found.kind, row, (number, index));
            }
        }
        let operations = &salvage.operations;
        salvage.contacts.retain(|contact| {
            let digest = operations.get(&contact.operation).and_then(|found| found.row.operation.contact_digest);
            digest == Some(ContactSeal::digest(&contact.content, contact.salt))
        });
        Some(salvage)
    }

    /// Whether there is nothing worth keeping, as in a file that was made a moment ago.
    pub(crate) fn is_empty(&self) -> bool {
        self.meta.is_empty() && self.operations.is_empty() && self.photos.is_empty()
    }

    /// Puts a row where it belongs: tables are told apart by the shape of their rows.
    fn sort(&mut self, kind: PageKind, row: &[Value], place: (u32, usize)) {
        match (kind, row) {
            (PageKind::Keyed, [Value::Text(name), Value::Text(value)]) => {
                self.meta.insert(name.clone(), value.clone());
            }
            (PageKind::Keyed, [Value::Blob(sha256), Value::Integer(start), Value::Blob(_)]) => {
                if let Some(pieces) = self.pieces(sha256) {
                    pieces.places.insert(*start, place);
                }
            }
            (PageKind::Keyed, row) => {
                if let Some(operation) = operation(row) {
                    self.keep(operation);
                }
            }
            (PageKind::Rows, [Value::Text(entity), Value::Text(code)]) => {
                self.tracking_codes.insert(entity.clone(), code.clone());
            }
            (PageKind::Rows, [Value::Blob(id), Value::Text(entity), Value::Blob(salt), Value::Text(content)]) => {
                if let (Ok(operation), Ok(salt)) = (Uuid::from_slice(id), salt.as_slice().try_into()) {
                    let (entity, content) = (entity.clone(), content.clone());
                    self.contacts.push(SalvagedContact { operation, entity, salt: Salt(salt), content });
                }
            }
            (PageKind::Rows, [Value::Blob(sha256), Value::Integer(_), Value::Text(_), _, _, Value::Integer(state), ..]) => {
                if let Some(pieces) = self.pieces(sha256) {
                    pieces.sent = Some(*state == 2);
                }
            }
            _ => {}
        }
    }

    fn pieces(&mut self, sha256: &[u8]) -> Option<&mut Pieces> {
        Some(self.photos.entry(Digest(sha256.try_into().ok()?)).or_default())
    }

    /// Of two rows of one operation, the one on the later branch, then the one with an answer, is the newer.
    fn keep(&mut self, found: SalvagedOperation) {
        let age = |found: &SalvagedOperation| (found.row.operation.epoch, found.row.verdict.is_some());
        let kept = self.operations.get(&found.row.operation.id);
        if kept.is_none_or(|kept| age(kept) <= age(&found)) {
            self.operations.insert(found.row.operation.id, found);
        }
    }

    /// The photos of which anything is left.
    pub(crate) fn photos(&self) -> Vec<Digest> {
        self.photos.keys().copied().collect()
    }

    /// Whether the hub had a photo whole; none where nothing says so any more.
    pub(crate) fn was_sent(&self, sha256: &Digest) -> Option<bool> {
        self.photos.get(sha256)?.sent
    }

    /// A photo, where all of it is there.
    pub(crate) fn photo(&mut self, sha256: &Digest) -> Option<(Photo, Vec<u8>)> {
        let places: Vec<_> = self.photos.get(sha256)?.places.values().copied().collect();
        let mut bytes = Vec::new();
        for (number, index) in places {
            let page = self.pages.read(number)?;
            let pages = &mut self.pages;
            let found = rows(number, &page, &mut |other| pages.read(other));
            let Some([_, _, Value::Blob(piece)]) = found.rows.get(index).map(Vec::as_slice) else { return None };
            bytes.extend_from_slice(piece);
        }
        let photo = Photo::inspect(&bytes).ok()?;
        (photo.sha256 == *sha256).then_some((photo, bytes))
    }
}

/// The operation of a row, where it is one and says what its hash covers.
fn operation(row: &[Value]) -> Option<SalvagedOperation> {
    let [_, _, _, _, _, _, _, Value::Text(content), Value::Integer(state), Value::Integer(replay), verdict, _, amended_by, discarded, ..] =
        row
    else {
        return None;
    };
    let operation: Operation = serde_json::from_str(content).ok()?;
    operation.verify().ok()?;
    let verdict: Option<Verdict> = match verdict {
        Value::Text(text) => serde_json::from_str(text).ok(),
        _ => None,
    };
    let amended_by = match amended_by {
        Value::Blob(id) => Uuid::from_slice(id).ok(),
        _ => None,
    };
    let row = OutboxRow {
        operation,
        // What has no verdict that can be read is asked for again.
        state: verdict.as_ref().map_or(OperationState::Pending, |_| OperationState::from_code(*state)),
        verdict,
        amended_by,
        discarded: *discarded == Value::Integer(1),
    };
    let replay = row.state == OperationState::Pending || *replay == 1;
    Some(SalvagedOperation { row, replay })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::cipher::PAGE;
    use super::*;
    use crate::store::Database;

    fn key(byte: u8) -> DatabaseKey {
        DatabaseKey::from_bytes([byte; 32])
    }

    #[test]
    fn rows_of_every_length_are_read_as_sqlite_reads_them_from_file_and_log() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("phone.db");
        let mut database = Database::open(&path, &key(1)).unwrap();
        let mut written = BTreeMap::new();
        for round in 0..2 {
            let transaction = database.write().unwrap();
            for length in (0..20_000).step_by(if round == 0 { 331 } else { 977 }) {
                let (name, value) = (format!("name {length}"), format!("{round}{}", "字x".repeat(length / 4)));
                transaction
                    .execute("INSERT INTO meta VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2", (&name, &value))
                    .unwrap();
                written.insert(name, value);
            }
            transaction.commit().unwrap();
            // The second round stays in the log.
            if round == 0 {
                database.connection().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
            }
        }
        let salvage = Salvage::of(&path, &key(1), None).unwrap();
        assert_eq!(salvage.unreadable_pages, 0);
        assert!(salvage.meta == written, "{} of {} values", salvage.meta.len(), written.len());
        assert!(Salvage::of(&path, &key(2), None).is_none());
    }

    #[test]
    fn a_page_opens_in_its_own_place_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("phone.db");
        drop(Database::open(&path, &key(1)).unwrap());
        let bytes = std::fs::read(&path).unwrap();
        let cipher = cipher::PageCipher::new(key(1).bytes(), bytes[..16].try_into().unwrap()).unwrap();
        for (index, page) in bytes.chunks(PAGE).enumerate() {
            let number = u32::try_from(index).unwrap() + 1;
            assert!(cipher.open(number, page).is_some());
            assert!(cipher.open(number + 1, page).is_none());
            let mut flipped = page.to_vec();
            flipped[PAGE / 2] ^= 1;
            assert!(cipher.open(number, &flipped).is_none());
        }
        // SQLite's own header stands where it belongs: page size, and both format versions of a write-ahead log.
        let first = cipher.open(1, &bytes[..PAGE]).unwrap();
        assert_eq!(first[16..20], [0x10, 0, 2, 2]);
    }

    proptest! {
        #[test]
        fn whatever_a_page_holds_reading_it_ends(
            kind in prop::sample::select(vec![0x02_u8, 0x05, 0x0a, 0x0d]),
            bytes in prop::collection::vec(any::<u8>(), 0..600),
        ) {
            let page = [vec![kind], bytes].concat();
            let found = rows(2, &page, &mut |_| Some(page.clone()));
            prop_assert!(found.rows.len() + usize::try_from(found.broken).unwrap() <= usize::from(u16::MAX));
        }
    }
}
