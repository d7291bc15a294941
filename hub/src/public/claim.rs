//! Claiming what was announced, by the tracking code of a report.

use std::net::SocketAddr;

use askama::Template;
use axum::extract::{ConnectInfo, Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use liuye_core::Error;
use liuye_core::domain::FoundNotice;

use super::page::{Asked, Frame, Place, Switch, answer, name_of_category, refused, status_of};
use super::words::{Said, part, refusal};
use super::{Public, form};
use crate::blocking::blocking;
use crate::desk::Lang;

#[derive(Template)]
#[template(path = "public/claim.html")]
struct ClaimPage {
    frame: Frame,
    item: String,
    category: String,
    day: String,
    part: &'static str,
    code: String,
    statement: String,
    fault: Option<Said>,
    is_done: bool,
}

/// What was typed, and what became of it.
#[derive(Default)]
struct Typed {
    code: String,
    statement: String,
    fault: Option<Error>,
    is_done: bool,
}

/// `GET /found/{item}`
pub(super) async fn form(
    State(public): State<Public>,
    Path(item): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let lang = Lang::of(asked.lang.as_deref(), &headers);
    match notice(&public, &item).await {
        Ok((place, notice)) => page(&place, lang, &notice, Typed::default()),
        Err(error) => refused(lang, &error),
    }
}

/// `POST /found/{item}`: claims it by `code`, with a `statement`.
pub(super) async fn send(
    State(public): State<Public>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    Path(item): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let lang = Lang::of(asked.lang.as_deref(), &headers);
    let sent = form::read(request, &public.limits).await;
    let (place, notice) = match notice(&public, &item).await {
        Ok(found) => found,
        Err(error) => return refused(lang, &error),
    };
    let (code, statement) = (sent.text("code"), sent.text("statement"));
    let claimed = match sent.fault.clone() {
        Some(fault) => Err(fault),
        None => {
            let (code, statement) = (code.clone(), statement.clone());
            public.by_code(address, move |hub| hub.claim_by_code(&code, &item, &statement)).await
        }
    };
    let is_done = claimed.is_ok();
    page(&place, lang, &notice, Typed { code, statement, fault: claimed.err(), is_done })
}

async fn notice(public: &Public, item: &str) -> liuye_core::Result<(Place, FoundNotice)> {
    let (hub, item) = (public.hub.clone(), item.to_owned());
    blocking(move || Ok((Place::read(&hub)?, hub.announced_item(&item)?))).await
}

fn page(place: &Place, lang: Lang, notice: &FoundNotice, typed: Typed) -> Response {
    let status = typed.fault.as_ref().map_or(StatusCode::OK, |error| status_of(error.code));
    let page = ClaimPage {
        frame: place.frame(lang, if typed.is_done { Switch::None } else { Switch::Link(format!("/found/{}?", notice.item)) }),
        item: notice.item.clone(),
        category: lang.category(&name_of_category(notice.category)),
        day: place.day(notice.day),
        part: part(lang, notice.part),
        code: typed.code,
        statement: typed.statement,
        fault: typed.fault.map(|error| refusal(lang, &error)),
        is_done: typed.is_done,
    };
    answer(status, &page)
}
