//! Photos from outside without what a camera writes beside the picture: where and when it was taken, by whose phone, and
//! previews of what was cut away. Only what a picture needs is copied; whatever else there is stays behind, known or not.

use liuye_core::domain::{Photo, PhotoFormat};
use liuye_core::{Code, Error, Result};

/// The photo with nothing beside the picture but how to turn it and its colours.
///
/// # Errors
/// Those of [`Photo::inspect`]; [`Code::PhotoNotImage`] for HEIC, and where the file's structure is broken.
pub(crate) fn strip(bytes: &[u8]) -> Result<Vec<u8>> {
    let stripped = match Photo::inspect(bytes)?.format {
        PhotoFormat::Jpeg => jpeg(bytes),
        PhotoFormat::Png => png(bytes),
        PhotoFormat::Webp => webp(bytes),
        // Its boxes refer to each other by place: nothing can be left out by copying.
        PhotoFormat::Heic => None,
    };
    stripped.ok_or_else(|| Error::new(Code::PhotoNotImage, "a whole JPEG, PNG or WebP"))
}

const SOI: [u8; 2] = [0xff, 0xd8];
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;

fn jpeg(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = SOI.to_vec();
    let mut rest = bytes.strip_prefix(&SOI)?;
    loop {
        let marker = *rest.strip_prefix(&[0xff])?.iter().find(|byte| **byte != 0xff)?;
        let fill = rest.iter().take_while(|byte| **byte == 0xff).count();
        rest = rest.get(fill + 1..)?;
        match marker {
            // What follows the end may be anything: a second picture, with a position of its own.
            EOI => {
                out.extend([0xff, EOI]);
                return Some(out);
            }
            0x01 | 0xd0..=0xd7 => out.extend([0xff, marker]),
            _ => {
                let len = usize::from(u16::from_be_bytes(rest.first_chunk().copied()?));
                let (segment, after) = (rest.get(2..len)?, rest.get(len..)?);
                if let Some(kept) = kept_segment(marker, segment) {
                    out.extend([0xff, marker]);
                    out.extend(u16::try_from(kept.len() + 2).ok()?.to_be_bytes());
                    out.extend(kept);
                }
                rest = after;
            }
        }
        if marker == SOS {
            let end = rest.windows(2).position(|pair| pair[0] == 0xff && !matches!(pair[1], 0 | 0xd0..=0xd7))?;
            out.extend(rest.get(..end)?);
            rest = rest.get(end..)?;
        }
    }
}

/// What stays of a segment: of those for applications, the size of a pixel, the colours, and how to turn the picture.
fn kept_segment(marker: u8, segment: &[u8]) -> Option<Vec<u8>> {
    let is_kept = match marker {
        // With a preview it is longer.
        0xe0 => segment.starts_with(b"JFIF\0") && segment.len() == 14,
        0xe1 => return segment.strip_prefix(b"Exif\0\0").and_then(orientation).map(exif),
        0xe2 => segment.starts_with(b"ICC_PROFILE\0"),
        0xee => segment.starts_with(b"Adobe"),
        0xe3..=0xef | 0xfe => false,
        _ => true,
    };
    is_kept.then(|| segment.to_vec())
}

/// How to turn the picture, 2 to 8, by its EXIF block; none where it stands upright or says nothing.
fn orientation(tiff: &[u8]) -> Option<u8> {
    let big = match tiff.first_chunk()? {
        b"MM" => true,
        b"II" => false,
        _ => return None,
    };
    let short = |at: usize| -> Option<u16> {
        let two = tiff.get(at..)?.first_chunk().copied()?;
        Some(if big { u16::from_be_bytes(two) } else { u16::from_le_bytes(two) })
    };
    let four = tiff.get(4..)?.first_chunk().copied()?;
    let first = usize::try_from(if big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }).ok()?;
    let entries = 0..usize::from(short(first)?);
    let mut entries = entries.map(|entry| first.saturating_add(2 + entry * 12));
    let at = entries.find(|at| short(*at) == Some(0x0112))?;
    short(at + 8).and_then(|value| u8::try_from(value).ok()).filter(|value| (2..=8).contains(value))
}

/// An EXIF block that says how to turn the picture, and nothing else.
fn exif(orientation: u8) -> Vec<u8> {
    let mut block = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    block.extend([orientation, 0, 0, 0, 0, 0, 0]);
    block
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
const PNG_KEPT: [&[u8; 4]; 16] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"bKGD", b"pHYs", b"acTL", b"fcTL",
    b"fdAT",
];

fn png(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = PNG.to_vec();
    let mut rest = bytes.strip_prefix(PNG)?;
    loop {
        let len = usize::try_from(u32::from_be_bytes(rest.first_chunk().copied()?)).ok()?;
        let kind: [u8; 4] = rest.get(4..)?.first_chunk().copied()?;
        let (chunk, after) = rest.split_at_checked(len.checked_add(12)?)?;
        if PNG_KEPT.contains(&&kind) {
            out.extend(chunk);
        }
        if &kind == b"IEND" {
            return Some(out);
        }
        rest = after;
    }
}

const WEBP_KEPT: [&[u8; 4]; 7] = [b"VP8 ", b"VP8L", b"VP8X", b"ANIM", b"ANMF", b"ALPH", b"ICCP"];

fn webp(bytes: &[u8]) -> Option<Vec<u8>> {
    let size = usize::try_from(u32::from_le_bytes(bytes.get(4..)?.first_chunk().copied()?)).ok()?;
    let mut rest = bytes.get(8..size.checked_add(8)?)?.strip_prefix(b"WEBP")?;
    let mut out = b"RIFF\0\0\0\0WEBP".to_vec();
    while !rest.is_empty() {
        let kind: [u8; 4] = rest.first_chunk().copied()?;
        let len = usize::try_from(u32::from_le_bytes(rest.get(4..)?.first_chunk().copied()?)).ok()?;
        let (chunk, after) = rest.split_at_checked(len.checked_add(len % 2)?.checked_add(8)?)?;
        if WEBP_KEPT.contains(&&kind) {
            let from = out.len();
            out.extend(chunk);
            if &kind == b"VP8X" {
                // It no longer has EXIF and XMP.
                *out.get_mut(from + 8)? &= !0x0c;
            }
        }
        rest = after;
    }
    let size = u32::try_from(out.len() - 8).ok()?;
    out.get_mut(4..8)?.copy_from_slice(&size.to_le_bytes());
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"29.0453N 111.6915E";

    fn segment(marker: u8, contents: &[u8]) -> Vec<u8> {
        let mut out = vec![0xff, marker];
        out.extend(u16::try_from(contents.len() + 2).unwrap().to_be_bytes());
        out.extend(contents);
        out
    }

    /// An EXIF block, little endian, with an orientation and a position.
    fn camera_exif(orientation: u8) -> Vec<u8> {
        let mut block = b"Exif\0\0II\x2a\0\x08\0\0\0\x02\0".to_vec();
        block.extend([0x0f, 0x01, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
        block.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
        block.extend(SECRET);
        block
    }

    fn camera_jpeg(orientation: u8) -> Vec<u8> {
        let mut out = SOI.to_vec();
        out.extend(segment(0xe0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"));
        out.extend(segment(0xe1, &camera_exif(orientation)));
        out.extend(segment(0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", SECRET].concat()));
        out.extend(segment(0xed, SECRET));
        out.extend(segment(0xfe, SECRET));
        out.extend(segment(0xc0, &[8, 0, 2, 0, 3, 1, 1, 0x11, 0]));
        out.extend(segment(SOS, &[1, 1, 0, 0, 63, 0]));
        out.extend([0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56]);
        // A later scan of a progressive picture, with a comment before it.
        out.extend(segment(0xfe, SECRET));
        out.extend(segment(SOS, &[1, 1, 0, 0, 63, 0]));
        out.extend([0x78, 0xff, EOI]);
        out.extend(SECRET);
        out
    }

    fn chunk(kind: &[u8; 4], contents: &[u8]) -> Vec<u8> {
        [&u32::try_from(contents.len()).unwrap().to_be_bytes()[..], kind, contents, &[0; 4]].concat()
    }

    fn camera_png() -> Vec<u8> {
        let header = chunk(b"IHDR", &[0, 0, 0, 3, 0, 0, 0, 2, 8, 2, 0, 0, 0]);
        let (beside, picture, end) = (chunk(b"eXIf", SECRET), chunk(b"IDAT", b"pixels"), chunk(b"IEND", b""));
        [PNG, &header, &beside, &chunk(b"tEXt", SECRET), &picture, &end, SECRET].concat()
    }

    fn camera_webp() -> Vec<u8> {
        let chunk = |kind: &[u8; 4], contents: &[u8]| {
            let padding = &[0][..contents.len() % 2];
            [kind, &u32::try_from(contents.len()).unwrap().to_le_bytes()[..], contents, padding].concat()
        };
        let header = chunk(b"VP8X", &[0x0c, 0, 0, 0, 2, 0, 0, 1, 0, 0]);
        let picture = chunk(b"VP8L", &[0x2f, 2, 0x40, 0, 0]);
        let body = [b"WEBP", &header[..], &picture, &chunk(b"EXIF", SECRET), &chunk(b"XMP ", SECRET)].concat();
        [b"RIFF", &u32::try_from(body.len()).unwrap().to_le_bytes()[..], &body, SECRET].concat()
    }

    fn holds(bytes: &[u8], what: &[u8]) -> bool {
        bytes.windows(what.len()).any(|window| window == what)
    }

    #[test]
    fn nothing_stays_of_what_a_camera_writes_beside_the_picture() {
        for (name, photo) in [("jpeg", camera_jpeg(6)), ("png", camera_png()), ("webp", camera_webp())] {
            assert!(holds(&photo, SECRET), "{name}: the control");
            let bare = strip(&photo).unwrap();
            assert!(!holds(&bare, SECRET) && !holds(&bare, &SECRET[..8]), "{name}");
            let (before, after) = (Photo::inspect(&photo).unwrap(), Photo::inspect(&bare).unwrap());
            assert_eq!((after.format, after.width, after.height), (before.format, 3, 2), "{name}");
            assert_eq!(strip(&bare).unwrap(), bare, "{name}: once is enough");
        }
    }

    #[test]
    fn a_picture_is_still_turned_and_its_scans_are_whole() {
        for turned in 0..=9 {
            let bare = strip(&camera_jpeg(turned)).unwrap();
            let found = bare.windows(6).position(|window| window == b"Exif\0\0").and_then(|at| orientation(&bare[at + 6..]));
            assert_eq!(found, (2..=8).contains(&turned).then_some(turned));
            assert!(holds(&bare, &[0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56]) && bare.ends_with(&[0x78, 0xff, EOI]));
        }
    }

    #[test]
    fn a_broken_photo_is_refused_wherever_it_breaks() {
        for photo in [camera_jpeg(1), camera_png(), camera_webp()] {
            let whole = strip(&photo).unwrap();
            for len in 0..photo.len() {
                // Either it is refused, or nothing was lost but what follows the picture.
                if let Ok(bare) = strip(&photo[..len]) {
                    assert_eq!(bare, whole);
                }
            }
        }
        assert_eq!(strip(b"GIF89a").unwrap_err().code, Code::PhotoNotImage);
    }
}
