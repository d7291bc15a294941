//! What a venue's operator sees by their link: one hazard's notice, and a form for photos of its rectification.

use std::net::SocketAddr;
use std::time::Duration;

use askama::Template;
use axum::extract::multipart::{Field, MultipartRejection};
use axum::extract::{ConnectInfo, Multipart, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use liuye_core::domain::{Photo, Site, Venue};
use liuye_core::{Code, Error, Result};
use serde::Deserialize;

use super::Public;
use crate::blocking::blocking;
use crate::clocks::shown_at;
use crate::desk::{Lang, rendered};
use crate::hub::Hub;
use crate::operator_link::Opened;
use crate::tries::WAIT_S;

/// Photos of one sending.
const PHOTOS_AT_ONCE: usize = 3;

/// Bytes of one sending: its photos, and a little for the form around them.
pub(super) const MAX_BODY_BYTES: usize = PHOTOS_AT_ONCE * Photo::MAX_BYTES + 100_000;

/// Sendings whose photos are in memory at once.
pub(super) const SENDINGS_AT_ONCE: usize = 4;

/// How long a sending may take: ten megabytes over a bad line.
const SENDING_TIME: Duration = Duration::from_secs(180);

/// What an address may ask for.
#[derive(Deserialize)]
pub(super) struct Asked {
    lang: Option<String>,
}

/// What the page says of the last sending.
#[derive(Clone, Copy)]
struct Said {
    lines: (&'static str, &'static str),
    is_problem: bool,
}

/// What the notice says.
struct Shown {
    site: String,
    number: String,
    venue: String,
    description: String,
    requirement: String,
    legal_basis: String,
    due: String,
    is_overdue: bool,
    sent: usize,
}

#[derive(Template)]
#[template(path = "operator.html")]
struct OperatorPage {
    lang: Lang,
    shown: Option<Shown>,
    said: Option<Said>,
}

/// `GET /r/{token}`
pub(super) async fn show(
    State(public): State<Public>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let lang = Lang::of(asked.lang.as_deref(), &headers);
    match open(&public, address, &token, lang).await {
        Ok(shown) => page(StatusCode::OK, lang, Some(shown), None),
        Err(error) => refused(lang, &error),
    }
}

/// `POST /r/{token}`: up to three photos (`photos`) and what there is to say (`note`).
pub(super) async fn send(
    State(public): State<Public>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    form: std::result::Result<Multipart, MultipartRejection>,
) -> Response {
    let lang = Lang::of(asked.lang.as_deref(), &headers);
    // Before a byte of the photos is read: whoever has no link sends nothing.
    let shown = match open(&public, address, &token, lang).await {
        Ok(shown) => shown,
        Err(error) => return refused(lang, &error),
    };
    let now = public.hub.now();
    if !public.sendings.may_try(&token, now) {
        return problem(lang, shown, &Error::new(Code::HubBusy, "too many sendings in an hour"));
    }
    public.sendings.count(&token, now);
    let taken = match tokio::time::timeout(SENDING_TIME, take(&public, &token, form)).await {
        Ok(taken) => taken,
        Err(_) => Err(Error::new(Code::HubBusy, "it took too long")),
    };
    match taken {
        // The page says how many there are by now.
        Ok(()) => match open(&public, address, &token, lang).await {
            Ok(shown) => page(StatusCode::OK, lang, Some(shown), Some(SENT)),
            Err(error) => refused(lang, &error),
        },
        Err(error) if matches!(error.code, Code::NotFound | Code::StateRefused) => refused(lang, &error),
        Err(error) => problem(lang, shown, &error),
    }
}

/// What a link shows. Wrong ones count against the address that tries them.
async fn open(public: &Public, address: SocketAddr, token: &str, lang: Lang) -> Result<Shown> {
    let (who, now) = (format!("from {}", address.ip()), public.hub.now());
    if !public.guesses.may_try(&who, now) {
        return Err(Error::new(Code::HubBusy, "too many links that are none"));
    }
    let (hub, asked) = (public.hub.clone(), token.to_owned());
    let opened = blocking(move || shown(&hub, hub.open_operator_link(&asked)?, lang)).await;
    if opened.as_ref().is_err_and(|error| error.code == Code::NotFound) {
        public.guesses.failed(&who, now);
    }
    opened
}

fn shown(hub: &Hub, opened: Opened, lang: Lang) -> Result<Shown> {
    let Opened { notice, hazard, .. } = opened;
    let site_id = hub.site()?;
    let (site, venue): (Option<Site>, Option<Venue>) = hub.read(&site_id, |tx| Ok((tx.noun(&site_id)?, tx.noun(&notice.venue)?)))?;
    let zone = site.as_ref().map_or(chrono_tz::UTC, Site::tz);
    // It may have been moved since the notice was written.
    let due = hazard.due.unwrap_or(notice.due);
    Ok(Shown {
        site: site.map_or_else(String::new, |site| lang.of_both(&site.name)),
        number: crate::notice::number(notice.number, lang),
        venue: venue.map_or_else(String::new, |venue| lang.of_both(&venue.name)),
        description: notice.description,
        requirement: notice.requirement,
        legal_basis: notice.legal_basis,
        due: shown_at(due, zone, "%Y-%m-%d %H:%M"),
        is_overdue: hazard.is_overdue(hub.now()),
        sent: hazard.operator_photos.len(),
    })
}

async fn take(public: &Public, token: &str, form: std::result::Result<Multipart, MultipartRejection>) -> Result<()> {
    let _place = public.room.try_acquire().map_err(|_| Error::new(Code::HubBusy, "others are sending"))?;
    let form = form.map_err(|_| Error::new(Code::Malformed, "a form with files"))?;
    let (photos, note) = read(form).await?;
    let (hub, token) = (public.hub.clone(), token.to_owned());
    blocking(move || hub.take_operator_photos(&token, &photos, note)).await
}

async fn read(mut form: Multipart) -> Result<(Vec<Vec<u8>>, Option<String>)> {
    let (mut photos, mut note) = (Vec::new(), None);
    let broken = |_| Error::new(Code::TooLarge, "the form is too large, or does not come whole");
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name() {
            Some("photos") if photos.len() >= PHOTOS_AT_ONCE => {
                // A browser sends an empty part for an empty choice.
                if !limited(field, Photo::MAX_BYTES).await?.is_empty() {
                    return Err(Error::field(Code::PhotoTooMany, "photos", "at most three at once"));
                }
            }
            Some("photos") => photos.push(limited(field, Photo::MAX_BYTES).await?),
            Some("note") => {
                let text = String::from_utf8(limited(field, 8_000).await?).map_err(|_| Error::field(Code::Malformed, "note", "UTF-8"))?;
                note = Some(text).filter(|text| !text.trim().is_empty());
            }
            _ => drop(limited(field, 1_000).await?),
        }
        photos.retain(|photo: &Vec<u8>| !photo.is_empty());
    }
    if photos.is_empty() {
        return Err(Error::field(Code::PhotoMissing, "photos", "at least one"));
    }
    Ok((photos, note))
}

async fn limited(mut field: Field<'_>, most: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(|_| Error::new(Code::TooLarge, "the form is too large, or does not come whole"))? {
        if bytes.len() + piece.len() > most {
            return Err(Error::field(Code::PhotoTooLarge, "photos", "at most 10 MB each"));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

const SENT: Said = Said {
    lines: ("照片已收到，谢谢。检查人员会来复查。", "The photos have arrived, thank you. An inspector will look at it."),
    is_problem: false,
};

/// A page without the notice: the link is none, is over, or too many were tried.
fn refused(lang: Lang, error: &Error) -> Response {
    page(status(error.code), lang, None, Some(said(error.code)))
}

/// The notice again, with what was wrong.
fn problem(lang: Lang, shown: Shown, error: &Error) -> Response {
    page(status(error.code), lang, Some(shown), Some(said(error.code)))
}

fn page(status: StatusCode, lang: Lang, shown: Option<Shown>, said: Option<Said>) -> Response {
    let mut response = (status, rendered(&OperatorPage { lang, shown, said })).into_response();
    if status == StatusCode::TOO_MANY_REQUESTS {
        response.headers_mut().insert(header::RETRY_AFTER, WAIT_S.into());
    }
    response
}

const fn status(code: Code) -> StatusCode {
    match code {
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::StateRefused => StatusCode::GONE,
        Code::HubBusy => StatusCode::TOO_MANY_REQUESTS,
        Code::PhotoTooLarge | Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::PhotoNotImage => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::Storage | Code::DiskFull | Code::Busy | Code::Internal => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

const fn said(code: Code) -> Said {
    let lines = match code {
        Code::NotFound => ("没有这个链接，请核对通知书上的二维码。", "There is no such link: please check the code on the notice."),
        Code::StateRefused => ("此隐患已处理完毕，链接已失效。", "This hazard is settled: the link is over."),
        Code::HubBusy => ("次数过多，请稍后再试。", "Too many tries: please wait a while."),
        Code::PhotoTooLarge | Code::TooLarge => {
            ("照片过大：每张不超过10 MB，每次不超过3张。", "Too large: at most 10 MB a photo, three at once.")
        }
        Code::PhotoNotImage => ("这不是照片，请上传 JPEG、PNG 或 WebP 图片。", "That is no photo: please send JPEG, PNG or WebP."),
        Code::PhotoTooManyPixels => ("照片尺寸过大：不超过4000万像素。", "Too many pixels: at most 40 megapixels."),
        Code::PhotoTooMany => ("照片过多：每次3张，共24张。", "Too many photos: three at once, 24 in all."),
        Code::PhotoMissing => ("请选择照片。", "Please choose a photo."),
        Code::Storage | Code::DiskFull | Code::Busy | Code::Internal => {
            ("暂时无法保存，请稍后再试。", "It cannot be kept now: please try again.")
        }
        _ => ("内容有误，请检查后再试。", "Something is wrong with it: please check and try again."),
    };
    Said { lines, is_problem: true }
}
