//! The rows of one page of SQLite's file format, without the tree that leads to it.

use super::cipher::USABLE;

/// No row of ours is longer: a photo's piece is a quarter of a megabyte, a body a few kilobytes.
const MAX_ROW: u64 = 16 << 20;

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
    /// A kind of value that no table of ours has, or text that is none.
    Other,
}

/// What a page holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PageKind {
    /// Rows of a table that has row numbers.
    Rows,
    /// Rows of a table that is its own index, or entries of an index.
    Keyed,
    /// Neither: the inner part of a tree, the rest of a long row, or nothing any more.
    NoRows,
}

/// The rows of a page. A row that cannot be read whole counts in `broken`.
pub(super) struct Rows {
    pub(super) kind: PageKind,
    pub(super) rows: Vec<Vec<Value>>,
    pub(super) broken: u64,
}

/// Reads the rows of a page; `other` reads the pages on which long rows go on.
pub(super) fn rows(number: u32, page: &[u8], other: &mut dyn FnMut(u32) -> Option<Vec<u8>>) -> Rows {
    let head = if number == 1 { 100 } else { 0 };
    let mut found = Rows { kind: PageKind::NoRows, rows: Vec::new(), broken: 0 };
    let (kind, pointers, skipped) = match page.get(head) {
        Some(0x0d) => (PageKind::Rows, 8, 0),
        Some(0x0a) => (PageKind::Keyed, 8, 0),
        // An inner page of an index holds rows too, each behind the number of the page to its left.
        Some(0x02) => (PageKind::Keyed, 12, 4),
        _ => return found,
    };
    found.kind = kind;
    for index in 0..usize::from(short(page, head + 3).unwrap_or(0)) {
        let row = short(page, head + pointers + 2 * index)
            .and_then(|place| payload(page, usize::from(place) + skipped, kind, other))
            .and_then(|payload| values(&payload));
        match row {
            Some(row) => found.rows.push(row),
            None => found.broken += 1,
        }
    }
    found
}

/// The bytes of a row: those on the page, and those on the pages on which it goes on.
fn payload(page: &[u8], place: usize, kind: PageKind, other: &mut dyn FnMut(u32) -> Option<Vec<u8>>) -> Option<Vec<u8>> {
    let mut place = place;
    let length = varint(page, &mut place).filter(|length| *length <= MAX_ROW)?;
    if kind == PageKind::Rows {
        varint(page, &mut place)?;
    }
    let length = usize::try_from(length).ok()?;
    // How much of a long row stays on its page is laid down by the file format.
    let most = if kind == PageKind::Rows { USABLE - 35 } else { (USABLE - 12) * 64 / 255 - 23 };
    let least = (USABLE - 12) * 32 / 255 - 23;
    let here = if length <= most {
        length
    } else {
        let rest = least + (length - least) % (USABLE - 4);
        if rest <= most { rest } else { least }
    };
    let mut bytes = page.get(place..place + here)?.to_vec();
    let mut next = if here < length { long(page, place + here)? } else { 0 };
    while bytes.len() < length {
        let more = other(next)?;
        let wanted = (length - bytes.len()).min(USABLE - 4);
        next = long(&more, 0)?;
        bytes.extend_from_slice(more.get(4..4 + wanted)?);
    }
    Some(bytes)
}

fn values(payload: &[u8]) -> Option<Vec<Value>> {
    let mut place = 0;
    let end = usize::try_from(varint(payload, &mut place)?).ok()?;
    let mut kinds = Vec::new();
    while place < end {
        kinds.push(varint(payload, &mut place)?);
    }
    let mut body = payload.get(end..)?;
    kinds.into_iter().map(|kind| value(kind, &mut body)).collect()
}

fn value(kind: u64, body: &mut &[u8]) -> Option<Value> {
    let length = match kind {
        0 | 8 | 9 | 10 | 11 => 0,
        1..=4 => kind,
        5 => 6,
        6 | 7 => 8,
        _ => (kind - 12) / 2,
    };
    let (bytes, rest) = body.split_at_checked(usize::try_from(length).ok()?)?;
    *body = rest;
    Some(match kind {
        0 => Value::Null,
        8 => Value::Integer(0),
        9 => Value::Integer(1),
        1..=6 => Value::Integer(integer(bytes)),
        7 | 10 | 11 => Value::Other,
        _ if kind.is_multiple_of(2) => Value::Blob(bytes.to_vec()),
        _ => String::from_utf8(bytes.to_vec()).map_or(Value::Other, Value::Text),
    })
}

/// A big-endian two's complement of up to eight bytes.
fn integer(bytes: &[u8]) -> i64 {
    let sign = if bytes.first().is_some_and(|first| first & 0x80 != 0) { -1 } else { 0 };
    bytes.iter().fold(sign, |value, byte| value << 8 | i64::from(*byte))
}

/// SQLite's number of variable length: seven bits a byte, the ninth byte whole.
fn varint(bytes: &[u8], place: &mut usize) -> Option<u64> {
    let mut value = 0;
    for index in 0..9 {
        let byte = *bytes.get(*place)?;
        *place += 1;
        if index == 8 {
            return Some(value << 8 | u64::from(byte));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn short(bytes: &[u8], place: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(place..place + 2)?.try_into().ok()?))
}

fn long(bytes: &[u8], place: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(place..place + 4)?.try_into().ok()?))
}
