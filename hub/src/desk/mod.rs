//! The desk: what duty officers see. Server-rendered, in two languages, and of use without a script.

mod about;
mod attention;
mod call;
mod calls;
mod campaign;
mod chart;
mod check_in;
mod claim;
mod clock;
mod devices;
mod disputes;
mod duty;
mod figures;
mod form;
mod found_item;
mod frame;
mod handover;
mod hazard;
mod inspection;
mod loss;
mod lost;
mod map;
mod matched;
mod notice;
mod nouns;
mod now;
mod pages;
mod patrol;
mod people;
mod person;
mod personnel;
mod preferences;
mod publicity;
mod record;
mod records;
mod report;
mod roster;
mod safety;
mod said;
mod session;
mod site;
mod statistics;
mod welfare;
mod when;
mod words;

pub(crate) use frame::rendered;
pub(crate) use session::session_of;
pub(crate) use statistics::FiguresApi;
pub(crate) use words::Lang;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use liuye_core::{Code, Error};
use preferences::Preferences;

use crate::hub::Hub;
use crate::tries::Tries;

/// What the pages share.
#[derive(Clone)]
pub(crate) struct Desk {
    hub: Hub,
    /// Whether the hub speaks TLS: the session's cookie then travels by TLS alone.
    secure: bool,
    /// Who failed to log in lately, by address and by name.
    logins: Arc<Tries>,
}

/// The routes of the desk.
pub(crate) fn router(hub: Hub, secure: bool) -> Router {
    Router::new()
        .route("/desk", get(now::show))
        .route("/desk/welfare/{id}/{step}", post(welfare::act))
        .route("/desk/calls", get(calls::list).post(calls::take))
        .route("/desk/calls/{id}", get(call::show))
        .route("/desk/calls/{id}/contact", post(call::contact))
        .route("/desk/calls/{id}/{step}", post(call::act))
        .route("/desk/tiles/{level}/{column}/{row}", get(map::tile))
        .route("/desk/duty", get(duty::show))
        .route("/desk/duty/log", post(duty::write))
        .route("/desk/duty/consultation", post(duty::consult))
        .route("/desk/duty/shift/{step}", post(duty::shift))
        .route("/desk/duty/handover", post(handover::offer))
        .route("/desk/duty/handover/{id}/accept", post(handover::accept))
        .route("/desk/people", get(people::list))
        .route("/desk/people/import", get(personnel::form).post(personnel::take).layer(DefaultBodyLimit::max(personnel::MAX_BODY)))
        .route("/desk/people/roster", get(roster::show))
        .route("/desk/people/roster/{shift}/cancel", post(roster::cancel))
        .route("/desk/people/devices", get(devices::list))
        .route("/desk/people/devices/{device}", get(devices::show))
        .route("/desk/people/devices/{device}/revoke", post(devices::revoke))
        .route("/desk/people/{id}", get(person::show))
        .route("/desk/people/{id}/shift", post(person::plan))
        .route("/desk/people/{id}/code", post(person::code))
        .route("/desk/people/{id}/pin", post(person::pin))
        .route("/desk/figures", get(figures::show))
        .route("/desk/figures.csv", get(figures::table))
        .route("/desk/figures/report", get(report::show))
        .route("/desk/figures/{figure}", get(figures::behind))
        .route("/desk/figures/{figure}/records.csv", get(figures::behind_table))
        .route("/desk/publicity", get(publicity::show).post(publicity::plan))
        .route("/desk/publicity/leaflets/{step}", post(publicity::leaflets))
        .route("/desk/publicity/{id}/{step}", post(publicity::act))
        .route("/desk/disputes", get(disputes::list).post(disputes::report))
        .route("/desk/disputes/{id}", get(disputes::show))
        .route("/desk/disputes/{id}/{step}", post(disputes::act))
        .route("/desk/records", get(records::all))
        .route("/desk/attention", get(attention::show))
        .route("/desk/attention/settle", post(attention::settle))
        .route("/desk/records/{position}", get(record::show))
        .route("/desk/records/{position}/contact", post(record::contact))
        .route("/desk/photos/{sha256}", get(record::photo))
        .route("/desk/patrol", get(patrol::show))
        .route("/desk/patrol/tours", post(patrol::schedule))
        .route("/desk/patrol/check-ins/{id}", get(check_in::show))
        .route("/desk/patrol/check-ins/{id}/{decision}", post(check_in::decide))
        .route("/desk/lost", get(lost::list))
        .route("/desk/lost/items", post(lost::register))
        .route("/desk/lost/items/{id}", get(found_item::show))
        .route("/desk/lost/items/{id}/claims", post(claim::submit))
        .route("/desk/lost/items/{id}/secrets", post(found_item::secrets))
        .route("/desk/lost/items/{id}/print/notice", get(found_item::notice))
        .route("/desk/lost/items/{id}/print/receipt", get(found_item::receipt))
        .route("/desk/lost/items/{id}/{step}", post(found_item::act))
        .route("/desk/lost/claims/{id}/contact", post(claim::contact))
        .route("/desk/lost/claims/{id}/{step}", post(claim::act))
        .route("/desk/lost/reports/{id}", get(loss::show))
        .route("/desk/lost/reports/{id}/contact", post(loss::contact))
        .route("/desk/lost/reports/{id}/{step}", post(loss::act))
        .route("/desk/safety", get(safety::board))
        .route("/desk/safety/campaigns", post(safety::plan))
        .route("/desk/safety/campaigns/{id}", get(campaign::show))
        .route("/desk/safety/campaigns/{id}/{step}", post(campaign::act))
        .route("/desk/safety/hazards/{id}", get(hazard::show))
        .route("/desk/safety/hazards/{id}/{step}", post(hazard::act))
        .route("/desk/safety/inspections/{id}", get(inspection::show))
        .route("/desk/safety/inspections/{id}/{step}", post(inspection::act))
        .route("/desk/notices/{id}", get(notice::show))
        .route("/desk/notices/{id}/print", post(notice::print))
        .route("/desk/login", get(session::form).post(session::log_in))
        .route("/desk/logout", post(session::log_out))
        .route("/v1/sites/{site}/stats", get(statistics::show))
        .route("/desk/desk.css", get(|| async { file("text/css; charset=utf-8", include_str!("../../static/desk.css")) }))
        .route("/desk/print.css", get(|| async { file("text/css; charset=utf-8", include_str!("../../static/print.css")) }))
        .route("/desk/print.js", get(|| async { file("text/javascript; charset=utf-8", include_str!("../../static/print.js")) }))
        .route("/desk/desk.js", get(|| async { file("text/javascript; charset=utf-8", include_str!("../../static/desk.js")) }))
        .route("/desk/icon.svg", get(|| async { file("image/svg+xml", include_str!("../../static/icon.svg")) }))
        .route("/desk/{*unknown}", get(unknown))
        .layer(axum::middleware::from_fn(kind))
        .layer(axum::middleware::from_fn(preferences::remember))
        .with_state(Desk { hub, secure, logins: Arc::default() })
}

fn file(kind: &'static str, text: &'static str) -> impl IntoResponse {
    let kind = HeaderValue::from_static(kind);
    ([(header::CONTENT_TYPE, kind), (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"))], text)
}

async fn unknown(visit: frame::Visit) -> Response {
    visit.refuse(&Error::new(Code::NotFound, "no such page"))
}

/// Turns what the framework itself refuses, such as a path that is no number, into a page that people can read.
async fn kind(request: Request, next: Next) -> Response {
    let preferences = Preferences::of(request.uri().query(), request.headers());
    let is_page = request.uri().path().starts_with("/desk");
    let response = next.run(request).await;
    let is_plain = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if !is_page || !is_plain || !response.status().is_client_error() {
        return response;
    }
    let mut page = frame::refusal(preferences, &Error::new(Code::Malformed, "the request"));
    *page.status_mut() = response.status();
    page
}
