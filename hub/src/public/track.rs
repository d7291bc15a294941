//! Asking after a report by its tracking code, and withdrawing it. The code travels in forms alone: addresses are kept by browsers.

use std::net::SocketAddr;

use askama::Template;
use axum::extract::{ConnectInfo, Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use liuye_core::domain::LostReportState;
use liuye_core::{Code, Error, Result};

use super::page::{Asked, Frame, Switch, answer, name_of_category, refused, status_of};
use super::words::{self, Said, refusal};
use super::{Public, form};
use crate::desk::Lang;
use crate::public_report::LossState;

/// What the page says of a report.
struct Shown {
    state: (&'static str, &'static str),
    category: String,
    at: String,
    has_contact: bool,
    claims: Vec<&'static str>,
    may_withdraw: bool,
    may_claim: bool,
}

#[derive(Template)]
#[template(path = "public/track.html")]
struct TrackPage {
    frame: Frame,
    code: String,
    fault: Option<Said>,
    shown: Option<Shown>,
    /// The owner asked to withdraw, and has to say so once more.
    is_asked: bool,
}

/// `GET /track`
pub(super) async fn ask(State(public): State<Public>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    let lang = Lang::of(asked.lang.as_deref(), &headers);
    page(&public, lang, String::new(), None, false).await
}

/// `POST /track`: the state of the report with this `code`.
pub(super) async fn show(
    State(public): State<Public>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let lang = Lang::of(asked.lang.as_deref(), &headers);
    let (code, fault) = code_of(&public, request).await;
    let found = match fault {
        Some(fault) => Err(fault),
        None => look(&public, address, &code).await,
    };
    page(&public, lang, code, Some(found), false).await
}

/// `POST /track/withdraw`: withdraws the report with this `code`, once its owner has `sure` of it.
pub(super) async fn withdraw(
    State(public): State<Public>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let lang = Lang::of(asked.lang.as_deref(), &headers);
    let sent = form::read(request, &public.limits).await;
    let (code, is_sure) = (sent.text("code"), sent.text("sure") == "yes");
    if let Some(fault) = sent.fault.clone() {
        return page(&public, lang, code, Some(Err(fault)), false).await;
    }
    if !is_sure {
        let found = look(&public, address, &code).await;
        return page(&public, lang, code, Some(found), true).await;
    }
    let by = code.clone();
    let found = match public.by_code(address, move |hub| hub.withdraw_by_code(&by)).await {
        Ok(()) => look(&public, address, &code).await,
        Err(error) => Err(error),
    };
    page(&public, lang, code, Some(found), false).await
}

/// `GET` of an address that only takes forms.
pub(super) async fn begin_again(Query(asked): Query<Asked>) -> Response {
    asked.begin_again("/track")
}

async fn code_of(public: &Public, request: Request) -> (String, Option<Error>) {
    let sent = form::read(request, &public.limits).await;
    (sent.text("code"), sent.fault.clone())
}

async fn look(public: &Public, address: SocketAddr, code: &str) -> Result<LossState> {
    if code.trim().is_empty() {
        return Err(Error::field(Code::Missing, "code", "a tracking code"));
    }
    let by = code.to_owned();
    public.by_code(address, move |hub| hub.loss_by_code(&by)).await
}

async fn page(public: &Public, lang: Lang, code: String, found: Option<Result<LossState>>, is_asked: bool) -> Response {
    let place = match public.place().await {
        Ok(place) => place,
        Err(error) => return refused(lang, &error),
    };
    let shown = |found: LossState| {
        use LostReportState::{Candidate, Claimed, Open};
        let is_live = matches!(found.state, Open | Candidate | Claimed);
        Shown {
            state: words::state(lang, found.state),
            category: lang.category(&name_of_category(found.category)),
            at: place.minute(found.reported_at),
            has_contact: found.has_contact,
            claims: found.claims.into_iter().map(|state| words::claim(lang, state)).collect(),
            may_withdraw: is_live,
            may_claim: is_live,
        }
    };
    let (status, shown, fault) = match found {
        None => (StatusCode::OK, None, None),
        Some(Ok(found)) => (StatusCode::OK, Some(shown(found)), None),
        Some(Err(error)) => (status_of(error.code), None, Some(refusal(lang, &error))),
    };
    let switch = if code.is_empty() { Switch::Link("/track?".to_owned()) } else { Switch::Form("/track?") };
    answer(status, &TrackPage { frame: place.frame(lang, switch), code, fault, shown, is_asked })
}
