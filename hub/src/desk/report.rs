//! A month in figures, as it is printed and handed in.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use chrono::{Datelike, NaiveDate};
use liuye_core::domain::{Figure, Statistics};
use liuye_core::{Code, Error, Result};
use serde::Deserialize;

use super::figures::{Window, first_of, percent, value_of};
use super::frame::{Frame, Visit};
use super::pages::Page;
use super::when::{days_after, days_before};
use crate::hub::Hub;

/// What an address may ask for.
#[derive(Deserialize, Default)]
pub(super) struct Asked {
    /// Such as `2024-07`; the month before this one where it asks for none.
    #[serde(default)]
    month: String,
}

/// A figure with its definition, as the report lists it.
struct Line {
    name: &'static str,
    value: String,
    definition: &'static str,
    version: u32,
}

#[derive(Template)]
#[template(path = "desk/report.html")]
struct ReportPage {
    frame: Frame,
    heading: String,
    earlier: String,
    later: String,
    counted: Statistics,
    is_over: bool,
    lines: Vec<Line>,
    coverage: String,
    duty: String,
    gaps: usize,
    tiers: Vec<(String, u32, String, String)>,
    days_to_close: String,
    recovery: String,
    printed: String,
}

/// `GET /desk/figures/report`
pub(super) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Response {
    visit.page(Page::Figures, move |hub, frame| build(hub, frame, &asked)).await
}

fn build(hub: &Hub, frame: Frame, asked: &Asked) -> Result<ReportPage> {
    let (lang, now) = (frame.lang, hub.now());
    let first = month(&asked.month, frame.site.day(now))?;
    let next = first_of(days_after(first, 31));
    let window = Window::of(first, days_before(next, 1), None, &frame.site)?;
    let counted = hub.statistics(window.from, window.to, None)?;
    let share = |share: Option<f64>| share.map_or_else(|| "–".to_owned(), percent);
    let tiers = counted
        .response
        .tiers
        .iter()
        .map(|tier| (tier.name.clone(), tier.limit_s, share(tier.from_received.share), share(tier.from_dispatched.share)));
    let line = |figure: &Figure| Line {
        name: lang.figure(*figure),
        value: value_of(*figure, &counted),
        definition: lang.definition(*figure),
        version: figure.version(),
    };
    Ok(ReportPage {
        heading: match lang {
            super::words::Lang::Zh => format!("{}警保联动工作月报（{}年{}月）", frame.site.name, first.year(), first.month()),
            super::words::Lang::En => format!("{}: police-security linkage, monthly report, {}", frame.site.name, first.format("%B %Y")),
        },
        earlier: first_of(days_before(first, 1)).format("%Y-%m").to_string(),
        later: next.format("%Y-%m").to_string(),
        is_over: window.to <= now,
        lines: Figure::ALL.iter().filter(|figure| **figure != Figure::Response).map(line).collect(),
        coverage: share(counted.details.coverage.share),
        duty: share(counted.duty_coverage),
        gaps: counted.details.duty.posts.iter().map(|post| post.gaps.len()).sum(),
        tiers: tiers.collect(),
        days_to_close: counted.details.hazard_days_to_close_median.map_or_else(|| "–".to_owned(), |days| format!("{days:.1}")),
        recovery: share(counted.details.recovery_rate),
        printed: frame.site.minute(now),
        counted,
        frame,
    })
}

/// The first day of the month that is asked for.
fn month(asked: &str, today: NaiveDate) -> Result<NaiveDate> {
    match asked.trim() {
        "" => Ok(first_of(days_before(first_of(today), 1))),
        text => format!("{text}-01").parse().map_err(|_| Error::field(Code::TimeMalformed, "month", "a month")),
    }
}
