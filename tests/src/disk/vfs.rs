//! The disk as SQLite sees it: its table of C functions over [`Machine`] and [`Node`]. All unsafe code of the tests is here.

#![allow(unsafe_code, reason = "a virtual file system is a table of C functions")]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Once};

use rusqlite::ffi;

use super::machine::{Fault, Machine, machine_of};
use super::node::{Level, Node, Shared};

/// The longest path.
const PATH: c_int = 1024;

/// Not the time, but a time: SQLite asks for it and Liuye does not use the answer.
const JULIAN_MS: i64 = 212_000_000_000_000;

/// What SQLite allocates for a file.
#[repr(C)]
struct Handle {
    base: ffi::sqlite3_file,
    open: *mut Open,
}

/// An open file.
struct Open {
    id: u64,
    machine: Arc<Machine>,
    life: u64,
    node: Arc<Node>,
    shared: Option<Arc<Shared>>,
    delete_on_close: Option<String>,
}

impl Open {
    fn is_dead(&self) -> bool {
        self.machine.is_down() || self.machine.life() != self.life
    }

    /// Counts the call; the error where one is due.
    fn call(&self, error: c_int) -> Result<(), c_int> {
        if self.is_dead() {
            return Err(error);
        }
        match self.machine.call() {
            None | Some(Fault::Full) => Ok(()),
            Some(_) => Err(error),
        }
    }
}

/// Makes this disk the one on which every database of this process lives from now on.
pub fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let name = CString::new("liuye-disk").unwrap_or_default();
        let vfs = ffi::sqlite3_vfs {
            iVersion: 2,
            szOsFile: c_int::try_from(size_of::<Handle>()).unwrap_or(c_int::MAX),
            mxPathname: PATH,
            pNext: std::ptr::null_mut(),
            zName: name.into_raw(),
            pAppData: std::ptr::null_mut(),
            xOpen: Some(open),
            xDelete: Some(delete),
            xAccess: Some(access),
            xFullPathname: Some(full_pathname),
            xDlOpen: None,
            xDlError: None,
            xDlSym: None,
            xDlClose: None,
            xRandomness: Some(randomness),
            xSleep: Some(sleep),
            xCurrentTime: Some(current_time),
            xGetLastError: Some(last_error),
            xCurrentTimeInt64: Some(current_time_ms),
            xSetSystemCall: None,
            xGetSystemCall: None,
            xNextSystemCall: None,
        };
        // SAFETY: SQLite keeps the pointer for the life of the process, and so does the leak.
        let code = unsafe { ffi::sqlite3_vfs_register(Box::leak(Box::new(vfs)), 1) };
        assert_eq!(code, ffi::SQLITE_OK, "the disk could not be registered");
    });
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// SAFETY of what follows: SQLite calls with the handles that `open` filled, and with buffers of the lengths it names.
unsafe fn opened<'a>(file: *mut ffi::sqlite3_file) -> &'a mut Open {
    unsafe { &mut *(*file.cast::<Handle>()).open }
}

unsafe fn text(name: *const c_char) -> String {
    unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned()
}

fn code(result: Result<(), c_int>) -> c_int {
    result.err().unwrap_or(ffi::SQLITE_OK)
}

fn place(value: i64) -> usize {
    usize::try_from(value).unwrap_or(0)
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    static HANDLES: AtomicU64 = AtomicU64::new(1);
    let handle = file.cast::<Handle>();
    unsafe { (*handle).base.pMethods = std::ptr::null() };
    let id = HANDLES.fetch_add(1, Ordering::SeqCst);
    let (path, delete) = if name.is_null() {
        (format!("/temporary/{id}"), true)
    } else {
        (unsafe { text(name) }, flags & ffi::SQLITE_OPEN_DELETEONCLOSE != 0)
    };
    let machine = machine_of(&path);
    if machine.is_down() || machine.call().is_some_and(|fault| fault != Fault::Full) {
        return ffi::SQLITE_CANTOPEN;
    }
    let node = if flags & ffi::SQLITE_OPEN_CREATE == 0 { machine.find(&path) } else { Some(machine.find_or_make(&path)) };
    let Some(node) = node else { return ffi::SQLITE_CANTOPEN };
    let life = machine.life();
    let open = Open { id, machine, life, node, shared: None, delete_on_close: delete.then_some(path) };
    unsafe {
        (*handle).open = Box::into_raw(Box::new(open));
        (*handle).base.pMethods = &raw const METHODS;
        if !out.is_null() {
            *out = flags;
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    let open = unsafe { Box::from_raw((*file.cast::<Handle>()).open) };
    unsafe { (*file).pMethods = std::ptr::null() };
    if !open.is_dead() {
        open.node.unlock(open.id, Level::None);
        if let Some(path) = &open.delete_on_close {
            open.machine.remove(path);
        }
    }
    if let Some(shared) = &open.shared {
        shared.leave(open.id);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, target: *mut c_void, len: c_int, offset: i64) -> c_int {
    let open = unsafe { opened(file) };
    if let Err(error) = open.call(ffi::SQLITE_IOERR_READ) {
        return error;
    }
    let target = unsafe { std::slice::from_raw_parts_mut(target.cast::<u8>(), place(i64::from(len))) };
    if open.node.read(target, place(offset)) { ffi::SQLITE_OK } else { ffi::SQLITE_IOERR_SHORT_READ }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, source: *const c_void, len: c_int, offset: i64) -> c_int {
    let open = unsafe { opened(file) };
    if open.is_dead() {
        return ffi::SQLITE_IOERR_WRITE;
    }
    match open.machine.call() {
        None => {}
        Some(Fault::Full) => return ffi::SQLITE_FULL,
        Some(_) => return ffi::SQLITE_IOERR_WRITE,
    }
    let source = unsafe { std::slice::from_raw_parts(source.cast::<u8>(), place(i64::from(len))) };
    let end = place(offset) + source.len();
    if open.machine.is_full((end as u64).saturating_sub(open.node.len())) {
        return ffi::SQLITE_FULL;
    }
    open.node.write(source, place(offset));
    ffi::SQLITE_OK
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, len: i64) -> c_int {
    let open = unsafe { opened(file) };
    code(open.call(ffi::SQLITE_IOERR_TRUNCATE).map(|()| open.node.truncate(place(len))))
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    let open = unsafe { opened(file) };
    code(open.call(ffi::SQLITE_IOERR_FSYNC).map(|()| {
        if !open.machine.lies() {
            open.node.sync();
        }
    }))
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, size: *mut i64) -> c_int {
    let open = unsafe { opened(file) };
    code(open.call(ffi::SQLITE_IOERR_FSTAT).map(|()| unsafe { *size = i64::try_from(open.node.len()).unwrap_or(i64::MAX) }))
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    let open = unsafe { opened(file) };
    if open.is_dead() {
        return ffi::SQLITE_IOERR_LOCK;
    }
    if open.node.lock(open.id, Level::of(level)) { ffi::SQLITE_OK } else { ffi::SQLITE_BUSY }
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    let open = unsafe { opened(file) };
    if !open.is_dead() {
        open.node.unlock(open.id, Level::of(level));
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved(file: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    let open = unsafe { opened(file) };
    unsafe { *out = c_int::from(open.node.is_reserved()) };
    ffi::SQLITE_OK
}

const unsafe extern "C" fn file_control(_: *mut ffi::sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

const unsafe extern "C" fn sector_size(_: *mut ffi::sqlite3_file) -> c_int {
    512
}

const unsafe extern "C" fn characteristics(_: *mut ffi::sqlite3_file) -> c_int {
    // As on the phones' own file systems: a torn write harms nothing beside what it was to write.
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn shm_map(file: *mut ffi::sqlite3_file, index: c_int, bytes: c_int, make: c_int, out: *mut *mut c_void) -> c_int {
    let open = unsafe { opened(file) };
    if open.is_dead() {
        return ffi::SQLITE_IOERR_SHMMAP;
    }
    let shared = open.shared.get_or_insert_with(|| open.node.shared());
    let region = shared.region(open.id, place(i64::from(index)), place(i64::from(bytes)), make != 0);
    unsafe { *out = region.map_or(std::ptr::null_mut(), <*mut u64>::cast) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn shm_lock(file: *mut ffi::sqlite3_file, offset: c_int, count: c_int, flags: c_int) -> c_int {
    let open = unsafe { opened(file) };
    if open.is_dead() {
        return ffi::SQLITE_IOERR_SHMLOCK;
    }
    let shared = open.shared.get_or_insert_with(|| open.node.shared());
    let slots = place(i64::from(offset))..place(i64::from(offset + count));
    if flags & ffi::SQLITE_SHM_UNLOCK != 0 {
        shared.unlock(open.id, slots);
        return ffi::SQLITE_OK;
    }
    if shared.lock(open.id, slots, flags & ffi::SQLITE_SHM_EXCLUSIVE != 0) { ffi::SQLITE_OK } else { ffi::SQLITE_BUSY }
}

unsafe extern "C" fn shm_barrier(_: *mut ffi::sqlite3_file) {
    std::sync::atomic::fence(Ordering::SeqCst);
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    let open = unsafe { opened(file) };
    if let Some(shared) = open.shared.take() {
        shared.leave(open.id);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, _: c_int) -> c_int {
    let path = unsafe { text(name) };
    let machine = machine_of(&path);
    if machine.is_down() || machine.call().is_some_and(|fault| fault != Fault::Full) {
        return ffi::SQLITE_IOERR_DELETE;
    }
    if machine.remove(&path) { ffi::SQLITE_OK } else { ffi::SQLITE_IOERR_DELETE_NOENT }
}

unsafe extern "C" fn access(_: *mut ffi::sqlite3_vfs, name: *const c_char, _: c_int, out: *mut c_int) -> c_int {
    let path = unsafe { text(name) };
    unsafe { *out = c_int::from(machine_of(&path).find(&path).is_some()) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_pathname(_: *mut ffi::sqlite3_vfs, name: *const c_char, len: c_int, out: *mut c_char) -> c_int {
    let bytes = unsafe { CStr::from_ptr(name) }.to_bytes_with_nul();
    if bytes.len() > place(i64::from(len)) {
        return ffi::SQLITE_CANTOPEN;
    }
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr().cast::<c_char>(), out, bytes.len()) };
    ffi::SQLITE_OK
}

/// The same bytes in every run: SQLite names and salts with them, and keeps no secret by them.
unsafe extern "C" fn randomness(_: *mut ffi::sqlite3_vfs, len: c_int, out: *mut c_char) -> c_int {
    static STATE: AtomicU64 = AtomicU64::new(0x9E37_79B9_7F4A_7C15);
    let target = unsafe { std::slice::from_raw_parts_mut(out.cast::<u8>(), place(i64::from(len))) };
    for chunk in target.chunks_mut(8) {
        let mixed = STATE.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::SeqCst);
        let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        chunk.copy_from_slice(&(mixed ^ (mixed >> 27)).to_le_bytes()[..chunk.len()]);
    }
    len
}

/// Nobody waits: what is locked in a world of one thread stays locked however long one waits.
const unsafe extern "C" fn sleep(_: *mut ffi::sqlite3_vfs, micros: c_int) -> c_int {
    micros
}

#[allow(clippy::cast_precision_loss, reason = "SQLite's own type for a time that nobody reads")]
unsafe extern "C" fn current_time(_: *mut ffi::sqlite3_vfs, out: *mut f64) -> c_int {
    unsafe { *out = JULIAN_MS as f64 / 86_400_000.0 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn current_time_ms(_: *mut ffi::sqlite3_vfs, out: *mut i64) -> c_int {
    unsafe { *out = JULIAN_MS };
    ffi::SQLITE_OK
}

const unsafe extern "C" fn last_error(_: *mut ffi::sqlite3_vfs, _: c_int, _: *mut c_char) -> c_int {
    0
}
