//! What the desk does about a welfare alarm.

use axum::Form;
use axum::extract::Path;
use axum::response::Response;
use liuye_core::domain::{Body, Role, WelfareEvent};
use liuye_core::{Code, Error, Result};

use super::form::Fields;
use super::frame::{Done, Visit};
use super::now;
use super::pages::Page;
use crate::hub::Hub;
use crate::officer::{Officer, OfficerOperation};

/// The steps that the page has forms for.
const STEPS: [&str; 3] = ["acknowledge", "resolve", "false_alarm"];

/// `POST /desk/welfare/{id}/{step}`
pub(super) async fn act(visit: Visit, Path((id, step)): Path<(String, String)>, Form(fields): Form<Fields>) -> Response {
    let Some(form) = STEPS.iter().copied().find(|known| *known == step) else {
        return visit.refuse(&Error::new(Code::NotFound, "no such step"));
    };
    let work = move |hub: &Hub, officer: &Officer, fields: &Fields| take_step(hub, officer, fields, &id, form);
    visit.act(Page::Now, &[Role::Desk], form, fields, work, now::build).await
}

fn take_step(hub: &Hub, officer: &Officer, fields: &Fields, id: &str, step: &str) -> Result<Done> {
    let note = fields.typed("note");
    let event = match step {
        "acknowledge" => WelfareEvent::Acknowledge {},
        "resolve" => WelfareEvent::Resolve { note },
        _ => WelfareEvent::FalseAlarm { note },
    };
    let kind = event.kind();
    let is_flagged = hub.write_as_officer(officer, OfficerOperation::new(kind, id, Body::Welfare(event)))?;
    Ok(Done::new(kind, is_flagged, "/desk"))
}
