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

/// A whole PNG of one pixel with `beside` as what its camera wrote beside the picture; another `seed`, another photo.
#[must_use]
pub fn camera_png(seed: u8, beside: &[u8]) -> Vec<u8> {
    png_of(&[seed; 20], beside)
}

/// A whole PNG whose compressed pixels are said to be these bytes.
#[must_use]
pub fn png_of(pixels: &[u8], beside: &[u8]) -> Vec<u8> {
    let chunk =
        |kind: &[u8; 4], contents: &[u8]| [&u32::try_from(contents.len()).unwrap().to_be_bytes()[..], kind, contents, &[0; 4]].concat();
    let header = chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]);
    [b"\x89PNG\r\n\x1a\n", &header[..], &chunk(b"eXIf", beside), &chunk(b"IDAT", pixels), &chunk(b"IEND", b"")].concat()
}
