//! The exact bytes that a hash or a head signature covers: a CBOR array (RFC 8949, core deterministic encoding).
//!
//! An array in fixed order needs no agreement on key order, and every field has an exact integer, text or byte form.

use minicbor::Encoder;
use minicbor::encode::Error;

use super::{AuthLevel, DeviceId, Digest, Fix, FixSource, Operation};

type Out = Encoder<Vec<u8>>;
type Written = Result<(), Error<std::convert::Infallible>>;

/// The bytes under an operation's hash.
#[must_use]
pub fn operation_preimage(operation: &Operation) -> Vec<u8> {
    finish(512, |out| write_operation(out, operation))
}

/// The bytes under a head signature: this device, on this epoch, stands at this seq with this hash.
#[must_use]
pub fn head_preimage(device: &DeviceId, epoch: u32, seq: u64, hash: &Digest) -> Vec<u8> {
    finish(80, |out| {
        out.array(5)?.str("liuye-head-1")?.bytes(device.bytes())?.u32(epoch)?.u64(seq)?.bytes(&hash.0)?;
        Ok(())
    })
}

#[allow(clippy::expect_used, reason = "writing to memory has no error: the error type is Infallible")]
fn finish(capacity: usize, write: impl FnOnce(&mut Out) -> Written) -> Vec<u8> {
    let mut out = Encoder::new(Vec::with_capacity(capacity));
    write(&mut out).expect("memory takes every byte");
    out.into_writer()
}

fn write_operation(out: &mut Out, op: &Operation) -> Written {
    out.array(23)?.str("liuye-op-1")?.bytes(op.device.bytes())?.u32(op.epoch)?.u64(op.seq)?.bytes(op.id.as_bytes())?;
    out.str(&op.actor)?.u8(auth_level(op.auth_level))?.i64(op.recorded_at)?.u64(op.elapsed_ms)?.str(&op.boot_id)?;
    optional(out, op.clock_offset_ms, |out, value| out.i64(value).map(drop))?;
    optional(out, op.clock_err_ms, |out, value| out.u32(value).map(drop))?;
    optional(out, op.fix.as_ref(), write_fix)?;
    out.str(&op.kind)?.u32(op.schema_version)?.str(&op.entity)?;
    optional(out, op.base_rev, |out, value| out.u64(value).map(drop))?;
    out.u64(op.seen)?;
    optional(out, op.amends, |out, value| out.bytes(value.as_bytes()).map(drop))?;
    out.bytes(&op.body_digest.0)?;
    optional(out, op.contact_digest, |out, value| out.bytes(&value.0).map(drop))?;
    out.array(op.blobs.len() as u64)?;
    for blob in &op.blobs {
        out.array(2)?.bytes(&blob.sha256.0)?.u64(blob.len)?;
    }
    out.bytes(&op.prev_hash.0)?;
    Ok(())
}

fn write_fix(out: &mut Out, fix: &Fix) -> Written {
    out.array(6)?.i32(fix.lat_e7)?.i32(fix.lon_e7)?.u32(fix.accuracy_mm)?.i64(fix.at)?.bool(fix.is_mock)?.u8(fix_source(fix.source))?;
    Ok(())
}

fn optional<T>(out: &mut Out, value: Option<T>, write: impl FnOnce(&mut Out, T) -> Written) -> Written {
    match value {
        Some(value) => write(out, value),
        None => out.null().map(drop),
    }
}

const fn auth_level(level: AuthLevel) -> u8 {
    match level {
        AuthLevel::Device => 0,
        AuthLevel::Pin => 1,
    }
}

const fn fix_source(source: FixSource) -> u8 {
    match source {
        FixSource::Gnss => 0,
        FixSource::Fused => 1,
        FixSource::Network => 2,
        FixSource::Manual => 3,
    }
}
