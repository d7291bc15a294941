//! Photos by tus 1.0: creation, offset, checksum, expiration.

use axum::body::Bytes;
use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use liuye_core::log::Digest;
use liuye_core::{Code, Error, Result};

use super::openapi::BlobRefusals;
use super::signed::Signed;
use super::{ApiError, State};
use crate::blobs::{Piece, Progress};
use crate::blocking::blocking;

const TUS: (HeaderName, &str) = (HeaderName::from_static("tus-resumable"), "1.0.0");

/// What this hub can of tus 1.0.
#[utoipa::path(options, operation_id = "blob_options", path = "/v1/blobs", tag = "phones", responses((status = 204, description = "In the `Tus-` headers")))]
pub(super) async fn options() -> Response {
    let capabilities = [
        TUS,
        (HeaderName::from_static("tus-version"), "1.0.0"),
        (HeaderName::from_static("tus-extension"), "creation,checksum,expiration"),
        (HeaderName::from_static("tus-checksum-algorithm"), "sha256"),
        (HeaderName::from_static("tus-max-size"), "10000000"),
    ];
    (StatusCode::NO_CONTENT, capabilities).into_response()
}

/// Begins the upload of a photo, or says where it stands.
#[utoipa::path(
    post, operation_id = "create_blob", path = "/v1/blobs", tag = "phones", security(("device" = [])),
    params(
        ("upload-length" = u64, Header, description = "1 to 10,000,000 bytes"),
        ("upload-metadata" = String, Header, description = "`sha256` and the base64 of its hexadecimal digits"),
    ),
    responses((status = 201, description = "Where to send the pieces (`Location`), and where the upload stands (`Upload-Offset`)"), BlobRefusals),
)]
pub(super) async fn create(Shared(state): Shared<State>, headers: HeaderMap, body: Bytes) -> Result<Response, ApiError> {
    blocking(move || {
        let (site, device) = Signed { method: "POST", path: "/v1/blobs", headers: &headers, body: &body }.device(&state.hub)?;
        let progress =
            crate::blobs::create(&state.hub, &site, &device.device, announced_digest(&headers)?, number(&headers, "upload-length")?)?;
        let mut response = answer(StatusCode::CREATED, &progress);
        let location = format!("/v1/blobs/{}", progress.id);
        if let Ok(value) = location.parse() {
            response.headers_mut().insert("location", value);
        }
        Ok(response)
    })
    .await
}

/// Where an upload stands.
#[utoipa::path(
    head, operation_id = "blob_progress", path = "/v1/blobs/{id}", tag = "phones", security(("device" = [])), params(("id" = String, Path, description = "From `Location`")),
    responses((status = 200, description = "In `Upload-Offset` and `Upload-Length`"), BlobRefusals),
)]
pub(super) async fn progress(Shared(state): Shared<State>, Path(id): Path<String>, headers: HeaderMap) -> Result<Response, ApiError> {
    blocking(move || {
        let path = format!("/v1/blobs/{id}");
        let (site, device) = Signed { method: "HEAD", path: &path, headers: &headers, body: &[] }.device(&state.hub)?;
        let progress = crate::blobs::progress(&state.hub, &site, &device.device, &id)?;
        let mut response = answer(StatusCode::OK, &progress);
        response.headers_mut().insert("upload-length", progress.len.into());
        response.headers_mut().insert("cache-control", axum::http::HeaderValue::from_static("no-store"));
        Ok(response)
    })
    .await
}

/// Appends a piece. The last one makes the photo whole.
#[utoipa::path(
    patch, operation_id = "append_to_blob", path = "/v1/blobs/{id}", tag = "phones", security(("device" = [])),
    params(
        ("id" = String, Path, description = "From `Location`"),
        ("upload-offset" = u64, Header, description = "Where the piece begins"),
        ("upload-checksum" = Option<String>, Header, description = "`sha256` and its base64"),
    ),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    responses((status = 204, description = "Where the upload stands now (`Upload-Offset`)"), BlobRefusals),
)]
pub(super) async fn append(
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    blocking(move || {
        let path = format!("/v1/blobs/{id}");
        let (site, device) = Signed { method: "PATCH", path: &path, headers: &headers, body: &body }.device(&state.hub)?;
        let offset = number(&headers, "upload-offset")?;
        let checksum = checksum(&headers)?;
        match crate::blobs::append(&state.hub, &site, &device.device, &id, offset, checksum, &body)? {
            Piece::Taken(progress) => Ok(answer(StatusCode::NO_CONTENT, &progress)),
            Piece::WrongOffset => {
                Err(ApiError::with_status(Error::field(Code::OutOfRange, "upload-offset", "the upload stands elsewhere"), 409))
            }
            Piece::WrongChecksum => {
                Err(ApiError::with_status(Error::field(Code::Malformed, "upload-checksum", "the piece has another checksum"), 460))
            }
        }
    })
    .await
}

fn answer(status: StatusCode, progress: &Progress) -> Response {
    let mut response = (status, [TUS]).into_response();
    response.headers_mut().insert("upload-offset", progress.offset.into());
    let expires = progress.expires_at.and_then(chrono::DateTime::from_timestamp_millis);
    if let Some(value) = expires.and_then(|time| time.format("%a, %d %b %Y %H:%M:%S GMT").to_string().parse().ok()) {
        response.headers_mut().insert("upload-expires", value);
    }
    response
}

fn number(headers: &HeaderMap, name: &'static str) -> Result<u64> {
    text(headers, name)?.trim().parse().map_err(|_| Error::field(Code::Malformed, name, "a number of bytes"))
}

fn text<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a str> {
    let missing = || Error::field(Code::Missing, name, "the header is missing");
    headers.get(name).and_then(|value| value.to_str().ok()).ok_or_else(missing)
}

/// The digest that `Upload-Metadata` announces: `sha256` and its hexadecimal digits in base64.
fn announced_digest(headers: &HeaderMap) -> Result<Digest> {
    let malformed = || Error::field(Code::Malformed, "upload-metadata", "sha256 and its base64");
    text(headers, "upload-metadata")?
        .split(',')
        .find_map(|pair| pair.trim().strip_prefix("sha256 "))
        .and_then(|encoded| BASE64_STANDARD.decode(encoded.trim()).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|digest| Digest::parse(&digest).ok())
        .ok_or_else(malformed)
}

fn checksum(headers: &HeaderMap) -> Result<Option<Digest>> {
    if !headers.contains_key("upload-checksum") {
        return Ok(None);
    }
    let malformed = || Error::field(Code::Malformed, "upload-checksum", "sha256 and its base64");
    let encoded = text(headers, "upload-checksum")?.strip_prefix("sha256 ").ok_or_else(malformed)?;
    let bytes = BASE64_STANDARD.decode(encoded.trim()).map_err(|_| malformed())?;
    Ok(Some(Digest(bytes.try_into().map_err(|_| malformed())?)))
}
