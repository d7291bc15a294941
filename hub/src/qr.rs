//! QR codes as pictures in a page.

use liuye_core::{Code, Error, Result};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

/// A text as a QR code, an SVG element without a declaration of its own. A creased or wet sheet is read all the same.
///
/// # Errors
/// [`Code::TooLong`] at `address` where no code holds it.
pub(crate) fn picture(text: &str) -> Result<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::Q)
        .map_err(|_| Error::field(Code::TooLong, "address", "longer than a QR code holds"))?;
    let picture = code.render::<svg::Color<'_>>().min_dimensions(220, 220).build();
    Ok(picture.find("<svg").and_then(|at| picture.get(at..)).unwrap_or_default().to_owned())
}
