//! A file: its bytes, which of them are synced, its locks, and the memory that its readers and writers share.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::machine::Keep;

/// What a disk writes at once: a power cut tears between sectors, not within.
const SECTOR: usize = 512;

/// How many locks the shared memory of a write-ahead log has.
const SLOTS: usize = 8;

/// How far a handle has locked a file, in SQLite's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Level {
    #[default]
    None,
    Shared,
    Reserved,
    Pending,
    Exclusive,
}

impl Level {
    pub(super) const fn of(code: i32) -> Self {
        match code {
            0 => Self::None,
            1 => Self::Shared,
            2 => Self::Reserved,
            3 => Self::Pending,
            _ => Self::Exclusive,
        }
    }
}

/// A file.
#[derive(Debug, Default)]
pub(super) struct Node {
    data: Mutex<Data>,
    locks: Mutex<BTreeMap<u64, Level>>,
    shared: Mutex<Arc<Shared>>,
}

#[derive(Debug, Default)]
struct Data {
    bytes: Vec<u8>,
    unsynced: Vec<Change>,
}

/// A change that the disk was given and has not been asked to make sure of.
#[derive(Debug)]
enum Change {
    Write { offset: usize, old: Vec<u8>, new: Vec<u8>, old_len: usize },
    Truncate { tail: Vec<u8>, len: usize },
}

/// The memory that connections share, with its locks.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// Each region stays where it is for as long as anybody holds this.
    regions: Mutex<Vec<Box<[u64]>>>,
    slots: Mutex<[Slot; SLOTS]>,
    users: Mutex<Vec<u64>>,
}

#[derive(Debug, Default)]
struct Slot {
    exclusive: Option<u64>,
    shared: Vec<u64>,
}

impl Node {
    pub(super) fn with_bytes(bytes: Vec<u8>) -> Self {
        Self { data: Mutex::new(Data { bytes, unsynced: Vec::new() }), ..Self::default() }
    }

    pub(super) fn len(&self) -> u64 {
        self.data.lock().unwrap().bytes.len() as u64
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        self.data.lock().unwrap().bytes.clone()
    }

    pub(super) fn damage(&self, change: impl FnOnce(&mut Vec<u8>)) {
        change(&mut self.data.lock().unwrap().bytes);
    }

    /// Reads as much as there is and fills the rest with zeros. Returns whether there was enough.
    pub(super) fn read(&self, target: &mut [u8], offset: usize) -> bool {
        let data = self.data.lock().unwrap();
        let there = data.bytes.get(offset..).unwrap_or_default();
        let len = there.len().min(target.len());
        target[..len].copy_from_slice(&there[..len]);
        target[len..].fill(0);
        len == target.len()
    }

    pub(super) fn write(&self, source: &[u8], offset: usize) {
        let mut data = self.data.lock().unwrap();
        let old_len = data.bytes.len();
        let end = offset + source.len();
        let old = data.bytes.get(offset..end.min(old_len)).unwrap_or_default().to_vec();
        put(&mut data.bytes, offset, source);
        data.unsynced.push(Change::Write { offset, old, new: source.to_vec(), old_len });
    }

    pub(super) fn truncate(&self, len: usize) {
        let mut data = self.data.lock().unwrap();
        if len < data.bytes.len() {
            let tail = data.bytes.split_off(len);
            data.unsynced.push(Change::Truncate { tail, len });
        }
    }

    pub(super) fn sync(&self) {
        self.data.lock().unwrap().unsynced.clear();
    }

    /// Whoever had the file open is gone, with their locks and the memory they shared.
    pub(super) fn forget_processes(&self) {
        self.locks.lock().unwrap().clear();
        *self.shared.lock().unwrap() = Arc::default();
    }

    /// Takes back what was not synced, then lets some of it have happened.
    pub(super) fn lose_unsynced(&self, keep: Keep) {
        let mut data = self.data.lock().unwrap();
        let unsynced = std::mem::take(&mut data.unsynced);
        if keep == Keep::Everything {
            return;
        }
        for change in unsynced.iter().rev() {
            match change {
                Change::Write { offset, old, old_len, .. } => {
                    data.bytes.truncate(*old_len);
                    put(&mut data.bytes, *offset, old);
                    data.bytes.truncate(*old_len);
                }
                Change::Truncate { tail, len } => put(&mut data.bytes, *len, tail),
            }
        }
        if let Keep::Some(seed) = keep {
            let mut random = seed | 1;
            for change in &unsynced {
                keep_some(&mut data.bytes, change, &mut random);
            }
        }
    }

    /// Locks the file further. False where somebody is in the way.
    pub(super) fn lock(&self, handle: u64, level: Level) -> bool {
        let mut locks = self.locks.lock().unwrap();
        let own = locks.get(&handle).copied().unwrap_or_default();
        if own >= level {
            return true;
        }
        let others = locks.iter().filter(|(other, _)| **other != handle).map(|(_, level)| *level).max().unwrap_or_default();
        let (granted, reached) = match level {
            Level::Shared => (others < Level::Pending, level),
            Level::Reserved | Level::Pending => (others < Level::Reserved, level),
            _ if others >= Level::Reserved => (false, own),
            // Readers may finish; nobody new comes in.
            _ if others == Level::Shared => (false, Level::Pending),
            _ => (true, level),
        };
        if granted || reached > own && level == Level::Exclusive {
            locks.insert(handle, reached);
        }
        granted
    }

    pub(super) fn unlock(&self, handle: u64, level: Level) {
        let mut locks = self.locks.lock().unwrap();
        if level == Level::None {
            locks.remove(&handle);
        } else if let Some(own) = locks.get_mut(&handle) {
            *own = level.min(*own);
        }
    }

    pub(super) fn is_reserved(&self) -> bool {
        self.locks.lock().unwrap().values().any(|level| *level >= Level::Reserved)
    }

    pub(super) fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.shared.lock().unwrap())
    }
}

impl Shared {
    /// Where a region begins; made where `make` says so.
    pub(super) fn region(&self, handle: u64, index: usize, bytes: usize, make: bool) -> Option<*mut u64> {
        let mut users = self.users.lock().unwrap();
        if !users.contains(&handle) {
            users.push(handle);
        }
        let mut regions = self.regions.lock().unwrap();
        while make && regions.len() <= index {
            regions.push(vec![0; bytes.div_ceil(8)].into_boxed_slice());
        }
        regions.get_mut(index).map(|region| region.as_mut_ptr())
    }

    pub(super) fn lock(&self, handle: u64, slots: std::ops::Range<usize>, exclusive: bool) -> bool {
        let mut all = self.slots.lock().unwrap();
        let free = all[slots.clone()].iter().all(|slot| {
            slot.exclusive.is_none_or(|holder| holder == handle) && (!exclusive || slot.shared.iter().all(|holder| *holder == handle))
        });
        if free {
            for slot in &mut all[slots] {
                if exclusive {
                    slot.exclusive = Some(handle);
                } else if !slot.shared.contains(&handle) {
                    slot.shared.push(handle);
                }
            }
        }
        free
    }

    pub(super) fn unlock(&self, handle: u64, slots: std::ops::Range<usize>) {
        for slot in &mut self.slots.lock().unwrap()[slots] {
            slot.exclusive = slot.exclusive.filter(|holder| *holder != handle);
            slot.shared.retain(|holder| *holder != handle);
        }
    }

    /// Leaves the memory; the last one out clears it.
    pub(super) fn leave(&self, handle: u64) {
        self.unlock(handle, 0..SLOTS);
        let mut users = self.users.lock().unwrap();
        users.retain(|user| *user != handle);
        if users.is_empty() {
            for region in self.regions.lock().unwrap().iter_mut() {
                region.fill(0);
            }
        }
    }
}

fn put(bytes: &mut Vec<u8>, offset: usize, source: &[u8]) {
    let end = offset + source.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    bytes[offset..end].copy_from_slice(source);
}

fn keep_some(bytes: &mut Vec<u8>, change: &Change, random: &mut u64) {
    match change {
        Change::Write { offset, new, .. } => {
            let mut start = 0;
            while start < new.len() {
                let end = ((offset + start) / SECTOR * SECTOR + SECTOR - offset).min(new.len());
                if coin(random) {
                    put(bytes, offset + start, &new[start..end]);
                }
                start = end;
            }
        }
        Change::Truncate { len, .. } => {
            if coin(random) {
                bytes.truncate(*len);
            }
        }
    }
}

/// Xorshift: which sectors are lost needs no better chance.
fn coin(state: &mut u64) -> bool {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state & 0x10 != 0
}
