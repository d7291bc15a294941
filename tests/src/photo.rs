//! The smallest photos that pass for one.

/// A PNG of one pixel; another `seed`, another photo. `padding` bytes make it as large as a test needs it.
#[must_use]
pub fn png(seed: u8, padding: usize) -> Vec<u8> {
    let mut bytes = vec![0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13];
    bytes.extend_from_slice(b"IHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0");
    bytes.extend_from_slice(&[0x90, 0x77, 0x53, 0xde]);
    bytes.extend(std::iter::repeat_n(seed, padding + 1));
    bytes
}
