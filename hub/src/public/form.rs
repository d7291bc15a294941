//! What a browser's form sends, read with limits: texts by name, photos, and what was wrong with the rest.

use std::collections::HashMap;
use std::time::Duration;

use axum::Form;
use axum::extract::multipart::Field;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header;
use liuye_core::domain::Photo;
use liuye_core::{Code, Error, Result};
use tokio::sync::SemaphorePermit;

use super::limits::Limits;
use crate::public_report::MAX_PHOTOS;

/// Bytes of a form without photos: three times what its longest fields may hold, in the encoding that takes most.
pub(super) const MAX_TEXT_BYTES: usize = 64 * 1024;

/// Bytes of one text: over what any field may hold, so that the field itself can say so.
const MAX_FIELD_BYTES: usize = 16 * 1024;

/// Fields of one form.
const MAX_FIELDS: usize = 40;

/// How long a form may take to come: ten megabytes over a bad line.
const FORM_TIME: Duration = Duration::from_secs(180);

/// What came. Where the form did not come whole, `fault` says why, and the rest is what came before.
#[derive(Default)]
pub(super) struct Sent<'a> {
    texts: HashMap<String, String>,
    pub(super) photos: Vec<Vec<u8>>,
    pub(super) fault: Option<Error>,
    /// The room that the photos have.
    _room: Option<SemaphorePermit<'a>>,
}

impl Sent<'_> {
    /// A text as it was typed; empty where there is none.
    pub(super) fn text(&self, name: &str) -> String {
        self.texts.get(name).cloned().unwrap_or_default()
    }

    fn keep(&mut self, name: String, text: String) -> Result<()> {
        if self.texts.len() >= MAX_FIELDS {
            return Err(Error::new(Code::TooLarge, "too many fields"));
        }
        // What is no UTF-8 was read as this character, which nobody types.
        let is_broken = text.contains('\u{fffd}');
        self.texts.insert(name.clone(), text);
        if is_broken { Err(Error::field(Code::Malformed, name, "UTF-8")) } else { Ok(()) }
    }
}

/// Reads a form of either encoding.
pub(super) async fn read(request: Request, limits: &Limits) -> Sent<'_> {
    let mut sent = Sent::default();
    let is_multipart = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.to_ascii_lowercase().starts_with("multipart/"));
    let read = async { if is_multipart { read_parts(request, limits, &mut sent).await } else { read_pairs(request, &mut sent).await } };
    let fault = match tokio::time::timeout(FORM_TIME, read).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error),
        Err(_) => Some(Error::new(Code::HubBusy, "it took too long")),
    };
    sent.fault = fault;
    sent
}

async fn read_pairs(request: Request, sent: &mut Sent<'_>) -> Result<()> {
    let Form(pairs) =
        Form::<Vec<(String, String)>>::from_request(request, &()).await.map_err(|rejection| match rejection.status().as_u16() {
            413 => Error::new(Code::TooLarge, "the form is too large"),
            _ => Error::new(Code::Malformed, "a form"),
        })?;
    pairs.into_iter().try_for_each(|(name, text)| sent.keep(name, text))
}

async fn read_parts<'a>(request: Request, limits: &'a Limits, sent: &mut Sent<'a>) -> Result<()> {
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| Error::new(Code::Malformed, "a form"))?;
    while let Some(mut part) = parts.next_field().await.map_err(|error| broken(error.status().as_u16()))? {
        let name = part.name().unwrap_or_default().to_owned();
        if name != "photos" {
            let text = limited(&mut part, Vec::new(), MAX_FIELD_BYTES, || Error::field(Code::TooLong, name.clone(), "too long")).await?;
            let text = String::from_utf8(text).map_err(|_| Error::field(Code::Malformed, name.clone(), "UTF-8"))?;
            sent.keep(name, text)?;
            continue;
        }
        // A form in which no photo was chosen has an empty one: it needs no room.
        let Some(first) = chunk(&mut part).await? else { continue };
        if sent._room.is_none() {
            sent._room = Some(limits.room_for_photos().await?);
        }
        if sent.photos.len() >= MAX_PHOTOS {
            return Err(Error::field(Code::PhotoTooMany, "photos", format!("at most {MAX_PHOTOS}")));
        }
        let too_large = || Error::field(Code::PhotoTooLarge, "photos", "at most 10 MB each");
        sent.photos.push(limited(&mut part, first, Photo::MAX_BYTES, too_large).await?);
    }
    Ok(())
}

/// The next bytes of a part that are any.
async fn chunk(part: &mut Field<'_>) -> Result<Option<Vec<u8>>> {
    while let Some(piece) = part.chunk().await.map_err(|error| broken(error.status().as_u16()))? {
        if !piece.is_empty() {
            return Ok(Some(piece.to_vec()));
        }
    }
    Ok(None)
}

async fn limited(part: &mut Field<'_>, mut bytes: Vec<u8>, most: usize, too_much: impl Fn() -> Error) -> Result<Vec<u8>> {
    while let Some(piece) = chunk(part).await? {
        if bytes.len() + piece.len() > most {
            return Err(too_much());
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

fn broken(status: u16) -> Error {
    if status == 413 {
        Error::field(Code::TooLarge, "photos", "the form is too large")
    } else {
        Error::new(Code::Malformed, "a form that does not come whole")
    }
}
