//! What the pages have in common: their frame, the site that they are about, their headers; and the first of them.

use std::net::SocketAddr;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono_tz::Tz;
use liuye_core::domain::{Bilingual, ItemCategory, Site, Zone};
use liuye_core::{Code, Error, Result};
use serde::Deserialize;

use super::Public;
use super::limits::{CODE_TIME, name_of};
use super::words::{self, Said};
use crate::blocking::blocking;
use crate::clocks::shown_at;
use crate::desk::Lang;
use crate::hub::Hub;
use crate::tries::WAIT_S;

/// Every page: nothing from elsewhere, no script, nothing inline, in no other page's frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// What an address may ask for.
#[derive(Deserialize)]
pub(super) struct Asked {
    pub(super) lang: Option<String>,
}

impl Asked {
    /// Sends somebody who went back to an address that only takes forms to the beginning, in the language that they had.
    pub(super) fn begin_again(self, at: &str) -> Response {
        let lang = self.lang.filter(|lang| lang.starts_with("en")).map_or("zh-CN", |_| "en");
        Redirect::to(&format!("{at}?lang={lang}")).into_response()
    }
}

/// How a page is had in the other language.
pub(super) enum Switch {
    /// By an address, up to its `lang`.
    Link(String),
    /// By sending the page's form there, so that what was typed stays.
    Form(&'static str),
    /// Not at all.
    None,
}

/// What every page has around it.
pub(super) struct Frame {
    pub(super) lang: Lang,
    pub(super) site: String,
    pub(super) switch: Switch,
}

impl Frame {
    /// The word of the page's language.
    pub(super) const fn t<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        self.lang.pick(zh, en)
    }

    pub(super) fn is_zh(&self) -> bool {
        self.lang == Lang::Zh
    }

    /// The categories, by name, in words.
    pub(super) fn categories(&self) -> Vec<(String, String)> {
        let named = |category| {
            let name = name_of_category(category);
            let words = self.lang.category(&name);
            (name, words)
        };
        ItemCategory::ALL.into_iter().map(named).collect()
    }
}

/// A category as it stands in JSON.
pub(super) fn name_of_category(category: ItemCategory) -> String {
    serde_json::to_value(category).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A category by its name.
pub(super) fn category_of(name: &str) -> Option<ItemCategory> {
    serde_json::from_value(name.into()).ok()
}

/// The site that the pages are about.
pub(super) struct Place {
    pub(super) name: Bilingual,
    pub(super) tz: Tz,
    /// Its zones by id, with their names.
    pub(super) zones: Vec<(String, Bilingual)>,
}

impl Place {
    /// Reads it.
    ///
    /// # Errors
    /// [`Code::NotFound`] where the hub has no site yet; those of the store.
    pub(super) fn read(hub: &Hub) -> Result<Self> {
        let id = hub.site()?;
        hub.read(&id, |tx| {
            let site: Site = tx.noun(&id)?.ok_or_else(|| Error::internal("every site has its document"))?;
            let zones = tx.zones()?.into_iter().map(|zone| serde_json::from_value::<Zone>(zone.body)).collect::<Result<Vec<_>, _>>()?;
            let (tz, zones) = (site.tz(), zones.into_iter().map(|zone| (zone.id, zone.name)).collect());
            Ok(Self { name: site.name, tz, zones })
        })
    }

    pub(super) fn frame(&self, lang: Lang, switch: Switch) -> Frame {
        Frame { lang, site: lang.of_both(&self.name), switch }
    }

    /// A day (UTC ms) as this site's calendar shows it.
    pub(super) fn day(&self, at: i64) -> String {
        shown_at(at, self.tz, "%Y-%m-%d")
    }

    /// A time (UTC ms) as this site's clocks show it, to the minute.
    pub(super) fn minute(&self, at: i64) -> String {
        shown_at(at, self.tz, "%Y-%m-%d %H:%M")
    }
}

#[derive(Template)]
#[template(path = "public/home.html")]
struct HomePage {
    frame: Frame,
}

#[derive(Template)]
#[template(path = "public/said.html")]
struct SaidPage {
    frame: Frame,
    said: Said,
}

/// `GET /`
pub(super) async fn home(State(public): State<Public>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    let lang = Lang::of(asked.lang.as_deref(), &headers);
    match public.place().await {
        Ok(place) => answer(StatusCode::OK, &HomePage { frame: place.frame(lang, Switch::Link("/?".to_owned())) }),
        Err(error) => refused(lang, &error),
    }
}

impl Public {
    /// The site that the pages are about.
    pub(super) async fn place(&self) -> Result<Place> {
        let hub = self.hub.clone();
        blocking(move || Place::read(&hub)).await
    }

    /// Does something by a tracking code, within the limits of this address. The answer takes its time, whatever it is.
    pub(super) async fn by_code<T: Send + 'static>(
        &self,
        address: SocketAddr,
        work: impl FnOnce(&Hub) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (from, now, hub) = (name_of(address.ip()), self.hub.now(), self.hub.clone());
        self.limits.try_code(&from, now)?;
        let look = async {
            let _turn = self.limits.look().await?;
            blocking(move || work(&hub)).await
        };
        let (done, ()) = tokio::join!(look, tokio::time::sleep(CODE_TIME));
        let is_guess = done.as_ref().is_err_and(|error| error.code == Code::NotFound && error.field == "tracking_code");
        if !is_guess {
            self.limits.was_right(&from, now);
        }
        done
    }
}

/// A page with the headers that every page has.
pub(super) fn answer(status: StatusCode, page: &impl Template) -> Response {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    let mut response = match page.render() {
        Ok(html) => (status, headers, Html(html)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    if status == StatusCode::TOO_MANY_REQUESTS {
        response.headers_mut().insert(header::RETRY_AFTER, WAIT_S.into());
    }
    response
}

/// A page that says why there is no other.
pub(super) fn refused(lang: Lang, error: &Error) -> Response {
    said(status_of(error.code), lang, words::refusal(lang, error))
}

/// A page with a sentence, and the way on.
pub(super) fn said(status: StatusCode, lang: Lang, said: Said) -> Response {
    answer(status, &SaidPage { frame: Frame { lang, site: String::new(), switch: Switch::None }, said })
}

/// The status of a page that refuses something.
pub(super) const fn status_of(code: Code) -> StatusCode {
    match code {
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::StateRefused | Code::DuplicateId => StatusCode::CONFLICT,
        Code::HubBusy | Code::ClaimLimit => StatusCode::TOO_MANY_REQUESTS,
        Code::PhotoTooLarge | Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::PhotoNotImage => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::NotPermitted | Code::DeviceRevoked => StatusCode::FORBIDDEN,
        Code::Storage | Code::DiskFull | Code::Busy | Code::Internal | Code::Corrupt => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
