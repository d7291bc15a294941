//! The live line as server-sent events: head numbers, and a heartbeat.

use std::convert::Infallible;

use axum::extract::{Path, State as Shared};
use axum::http::{HeaderMap, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{Stream, unfold};
use liuye_core::log::DeviceId;
use liuye_core::sync::signature::SIGNATURE_INPUT;
use liuye_core::{Code, Error, Result};

use super::officer::{officer, reads_cases};
use super::openapi::UnitRefusals;
use super::signed::Signed;
use super::{ApiError, State};
use crate::blocking::blocking;
use crate::hub::Hub;
use crate::ledger::DeviceRow;
use crate::live::{Heads, Heard, Line, Listens, OF_A_PHONE, OF_AN_OFFICER};
use crate::scope::scope_of;

/// Who listens, and may do so for as long as they are who they are.
enum Listener {
    Phone {
        site: String,
        device: DeviceId,
    },
    /// With the headers of a request: the session's cookie is in them.
    Officer(HeaderMap),
}

/// A line with what was told by it.
struct Told {
    hub: Hub,
    listener: Listener,
    line: Line,
    told: Option<Heads>,
}

/// Head numbers as server-sent events: `head`, `hints` for officers, and `beat` every 15 s; the data of each is a position. For a
/// phone by its signature, for an officer by the desk's session.
#[utoipa::path(
    get, path = "/v1/sites/{site}/live", tag = "phones", params(("site" = String, Path, description = "The site's id")),
    security(("device" = []), ("officer" = [])),
    responses((status = 200, description = "Events until either side ends the line", body = String, content_type = "text/event-stream"), UnitRefusals),
)]
pub(super) async fn listen(Shared(state): Shared<State>, Path(site): Path<String>, headers: HeaderMap) -> Result<Response, ApiError> {
    let hub = state.hub.clone();
    let told = blocking(move || open(hub, &site, &headers)).await?;
    // Whatever stands between hub and browser is to pass each event on at once.
    let headers = [(header::CACHE_CONTROL, "no-store"), (header::HeaderName::from_static("x-accel-buffering"), "no")];
    Ok((headers, Sse::new(events(told))).into_response())
}

fn open(hub: Hub, site: &str, headers: &HeaderMap) -> Result<Told, ApiError> {
    let (listener, whose, most, listens) = if headers.contains_key(SIGNATURE_INPUT) {
        let path = format!("/v1/sites/{site}/live");
        let (own_site, device) = Signed { method: "GET", path: &path, headers, body: &[] }.device(&hub)?;
        if own_site != site {
            return Err(Error::field(Code::DeviceRefused, "site", "the device belongs to another site").into());
        }
        let listens = buckets_of(&hub, site, &device)?;
        (Listener::Phone { site: own_site, device: device.device }, format!("phone {}", device.device), OF_A_PHONE, listens)
    } else {
        let reader = reader(&hub, headers)?;
        if hub.site()? != site {
            return Err(Error::field(Code::NotFound, "site", "no such site here").into());
        }
        (Listener::Officer(headers.clone()), format!("officer {reader}"), OF_AN_OFFICER, Listens::Site)
    };
    let line = hub.live().open(&whose, most, listens).map_err(ApiError::try_again)?;
    line.catch_up(&hub)?;
    Ok(Told { hub, listener, line, told: None })
}

/// The login of whoever reads at the desk.
fn reader(hub: &Hub, headers: &HeaderMap) -> Result<String, ApiError> {
    officer(hub, headers, "for phones and officers of the desk", reads_cases).map(|session| session.officer)
}

fn buckets_of(hub: &Hub, site: &str, device: &DeviceRow) -> Result<Listens> {
    let scope = hub.read(site, |tx| scope_of(tx, &device.device, device.persons()))?;
    Ok(Listens::Buckets(scope.iter().map(ToString::to_string).collect()))
}

fn events(told: Told) -> impl Stream<Item = Result<Event, Infallible>> {
    unfold(told, |mut told| async move { told.next().await.map(|event| (Ok(event), told)) })
}

impl Told {
    /// The next event; none where the line is over.
    async fn next(&mut self) -> Option<Event> {
        loop {
            let heads = self.line.heads();
            if self.told != Some(heads) {
                let is_hint = self.told.is_some_and(|told| told.head == heads.head);
                self.told = Some(heads);
                return Some(event(if is_hint { "hints" } else { "head" }, heads));
            }
            match self.line.hear().await {
                Heard::News => {}
                Heard::Beat if self.still_may().await => return Some(event("beat", heads)),
                Heard::Beat | Heard::End => return None,
            }
        }
    }

    /// Whether whoever listens still may, and to what.
    async fn still_may(&mut self) -> bool {
        let hub = self.hub.clone();
        match &self.listener {
            Listener::Officer(headers) => {
                let headers = headers.clone();
                blocking(move || reader(&hub, &headers)).await.is_ok()
            }
            Listener::Phone { site, device } => {
                let (site, device) = (site.clone(), *device);
                let found = blocking(move || {
                    let row = hub.read(&site, |tx| tx.device(&device))?.filter(|row| row.revoked_at.is_none());
                    row.map(|row| buckets_of(&hub, &site, &row)).transpose()
                });
                let Ok(Some(listens)) = found.await else { return false };
                self.line.listen_to(listens);
                true
            }
        }
    }
}

fn event(name: &'static str, heads: Heads) -> Event {
    let head = heads.head.to_string();
    Event::default().event(name).id(&head).data(head)
}
