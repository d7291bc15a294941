//! The pages of a database and of the log beside it, each in the newest version that can be read.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::cipher::{PAGE, PageCipher, SALT};
use crate::store::DatabaseKey;

/// Bytes before the first frame of a write-ahead log, and before each frame's page.
const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// Where the two words that tell one life of a log from another stand: in its header, and in each frame's.
const LOG_SALTS: std::ops::Range<usize> = 16..24;
const FRAME_SALTS: std::ops::Range<usize> = 8..16;

/// The files of a database, and the cipher under which at least one of their pages opens.
pub(super) struct Pages {
    database: Option<File>,
    log: Option<File>,
    /// Where the log has versions of a page, oldest first.
    frames: BTreeMap<u32, Vec<u64>>,
    count: u32,
    cipher: PageCipher,
}

impl Pages {
    /// The pages of a file; none where not one of them opens under this key. `salt` is the file's, where it is known from
    /// elsewhere: the file's own may be what is damaged.
    pub(super) fn find(path: &Path, key: &DatabaseKey, salt: Option<[u8; SALT]>) -> Option<Self> {
        let mut database = File::open(path).ok();
        let mut log = File::open(super::beside(path, "-wal")).ok();
        let own = database.as_mut().and_then(|file| read_at::<SALT>(file, 0));
        let (frames, logged) = log.as_mut().map(frames).unwrap_or_default();
        let length = database.as_ref().and_then(|file| file.metadata().ok()).map_or(0, |metadata| metadata.len());
        let in_file = u32::try_from(length.div_ceil(PAGE as u64)).unwrap_or(u32::MAX);
        let count = frames.keys().next_back().copied().unwrap_or(0).max(in_file);
        let mut pages = Self { database, log, frames, count, cipher: PageCipher::new(key.bytes(), [0; SALT])? };
        for salt in [own, salt, logged].into_iter().flatten() {
            pages.cipher = PageCipher::new(key.bytes(), salt)?;
            if (1..=count).any(|number| pages.read(number).is_some()) {
                return Some(pages);
            }
        }
        None
    }

    /// How many pages there are, readable or not.
    pub(super) const fn count(&self) -> u32 {
        self.count
    }

    /// What SQLite sees of a page, in its newest version that can be read.
    pub(super) fn read(&mut self, number: u32) -> Option<Vec<u8>> {
        let cipher = &self.cipher;
        if let Some(log) = &mut self.log {
            let versions = self.frames.get(&number).into_iter().flatten().rev();
            let mut opened = versions.filter_map(|place| cipher.open(number, &read_at::<PAGE>(log, *place)?));
            if let Some(page) = opened.next() {
                return Some(page);
            }
        }
        let place = u64::from(number.checked_sub(1)?) * PAGE as u64;
        cipher.open(number, &read_at::<PAGE>(self.database.as_mut()?, place)?)
    }
}

/// Where a log has which pages, and the database's salt where it has the first page.
///
/// What follows a damaged frame counts too: what comes of it is held against the chain, and a page that was begun and not
/// committed holds nothing that a person did not write.
fn frames(log: &mut File) -> (BTreeMap<u32, Vec<u64>>, Option<[u8; SALT]>) {
    let mut frames = BTreeMap::<u32, Vec<u64>>::new();
    let mut salt = None;
    let Some(header) = read_at::<LOG_HEADER>(log, 0) else { return (frames, salt) };
    let mut place = LOG_HEADER as u64;
    while let Some(head) = read_at::<FRAME_HEADER>(log, place) {
        let page = place + FRAME_HEADER as u64;
        let number = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        if head[FRAME_SALTS] == header[LOG_SALTS] && number > 0 {
            frames.entry(number).or_default().push(page);
            if number == 1 {
                salt = read_at::<SALT>(log, page);
            }
        }
        place = page + PAGE as u64;
    }
    (frames, salt)
}

fn read_at<const N: usize>(file: &mut File, place: u64) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    file.seek(SeekFrom::Start(place)).ok()?;
    file.read_exact(&mut bytes).ok()?;
    Some(bytes)
}
