//! What was found and announced: category, coarse place and part of a day, and nothing by which it could be described.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use liuye_core::Result;
use serde::Deserialize;

use super::Public;
use super::page::{Frame, Place, Switch, answer, category_of, name_of_category, refused};
use super::words::part;
use crate::blocking::blocking;
use crate::desk::Lang;
use crate::hub::Hub;

/// What an address may ask for. What is none of it is as good as nothing.
#[derive(Deserialize)]
pub(super) struct Asked {
    lang: Option<String>,
    category: Option<String>,
    page: Option<String>,
}

/// A found item as the list shows it.
struct Row {
    item: String,
    category: String,
    place: String,
    day: String,
    part: &'static str,
}

#[derive(Template)]
#[template(path = "public/found.html")]
struct FoundPage {
    frame: Frame,
    rows: Vec<Row>,
    chosen: String,
    newer: Option<u32>,
    older: Option<u32>,
}

/// `GET /found[?category=&page=]`
pub(super) async fn list(State(public): State<Public>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    let lang = Lang::of(asked.lang.as_deref(), &headers);
    let hub = public.hub.clone();
    match blocking(move || build(&hub, lang, &asked)).await {
        Ok(page) => answer(StatusCode::OK, &page),
        Err(error) => refused(lang, &error),
    }
}

fn build(hub: &Hub, lang: Lang, asked: &Asked) -> Result<FoundPage> {
    let place = Place::read(hub)?;
    let category = asked.category.as_deref().and_then(category_of);
    let number: u32 = asked.page.as_deref().and_then(|page| page.parse().ok()).unwrap_or(0);
    let (announced, more) = hub.announced(category, number)?;
    let rows = announced.into_iter().map(|found| Row {
        category: lang.category(&name_of_category(found.notice.category)),
        place: found.zone_name.map_or_else(String::new, |name| lang.of_both(&name)),
        day: place.day(found.notice.day),
        part: part(lang, found.notice.part),
        item: found.notice.item,
    });
    let chosen = category.map_or_else(String::new, name_of_category);
    let switch = Switch::Link(format!("/found?category={chosen}&page={number}&"));
    let older = more.then_some(number.saturating_add(1));
    Ok(FoundPage { rows: rows.collect(), frame: place.frame(lang, switch), chosen, newer: number.checked_sub(1), older })
}
