//! Reporting a loss, in two screens: what, where and when; then how to reach its owner. What was typed stays, whatever is refused.

use std::net::SocketAddr;

use askama::Template;
use axum::extract::{ConnectInfo, Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use liuye_core::domain::Bilingual;
use liuye_core::log::Digest;
use liuye_core::{Code, Error, Result};
use serde::Serialize;

use super::Public;
use super::form::{self, Sent};
use super::limits::name_of;
use super::page::{Asked, Frame, Place, Switch, answer, category_of, refused, status_of};
use super::when::{PARTS, SINCE, span, today};
use super::words::{Said, refusal};
use crate::blocking::blocking;
use crate::desk::Lang;
use crate::public_report::{OnceKey, PublicContact, PublicLoss, Receipt, Reported};

/// Fields of the first screen: what is wrong with them is shown there.
const FIRST_SCREEN: [&str; 9] = ["category", "description", "brand", "colour", "marks", "place", "zone", "day", "part"];

/// What was typed, as it was typed.
#[derive(Debug, Clone, Default, Serialize)]
struct Typed {
    category: String,
    description: String,
    brand: String,
    colour: String,
    marks: String,
    place: String,
    zone: String,
    day: String,
    part: String,
    name: String,
    phone: String,
    once: String,
}

#[derive(Template)]
#[template(path = "public/report_what.html")]
struct WhatPage {
    frame: Frame,
    typed: Typed,
    fault: Option<Said>,
    zones: Vec<(String, Bilingual)>,
    today: String,
}

#[derive(Template)]
#[template(path = "public/report_who.html")]
struct WhoPage {
    frame: Frame,
    typed: Typed,
    fault: Option<Said>,
    had_photos: bool,
}

#[derive(Template)]
#[template(path = "public/report_done.html")]
struct DonePage {
    frame: Frame,
    receipt: Receipt,
    at: String,
    /// The same form was sent before with other contents.
    is_other: bool,
    has_contact: bool,
}

impl WhatPage {
    /// The parts of a day, by name, in words.
    fn parts(&self) -> Vec<(&'static str, &'static str)> {
        let words = |name: &str| match name {
            "night" => self.frame.t("凌晨（0–6时）", "night (0–6)"),
            "morning" => self.frame.t("上午（6–12时）", "morning (6–12)"),
            "afternoon" => self.frame.t("下午（12–18时）", "afternoon (12–18)"),
            "evening" => self.frame.t("晚上（18–24时）", "evening (18–24)"),
            SINCE => self.frame.t("不知道哪天：从这天到现在", "some day: from that day until now"),
            _ => self.frame.t("这天，时间不清楚", "that day, not sure when"),
        };
        PARTS.iter().map(|(name, ..)| *name).chain([SINCE]).map(|name| (name, words(name))).collect()
    }
}

impl Typed {
    fn of(sent: &Sent<'_>) -> Self {
        Self {
            category: sent.text("category"),
            description: sent.text("description"),
            brand: sent.text("brand"),
            colour: sent.text("colour"),
            marks: sent.text("marks"),
            place: sent.text("place"),
            zone: sent.text("zone"),
            day: sent.text("day"),
            part: sent.text("part"),
            name: sent.text("name"),
            phone: sent.text("phone"),
            once: sent.text("once"),
        }
    }

    /// Whether somebody looked at what need not be said.
    fn has_more(&self) -> bool {
        !(self.brand.is_empty() && self.colour.is_empty() && self.marks.is_empty())
    }

    fn has_contact(&self) -> bool {
        !(self.name.trim().is_empty() && self.phone.trim().is_empty())
    }

    /// How to reach the owner, where that was said.
    fn contact(&self) -> Result<Option<PublicContact>> {
        if !self.has_contact() {
            return Ok(None);
        }
        if self.phone.trim().is_empty() {
            return Err(Error::field(Code::Missing, "phone", "a name alone reaches nobody"));
        }
        Ok(Some(PublicContact { name: self.name.clone(), phone: as_dialled(&self.phone) }))
    }

    /// The loss as the hub takes it, without its owner.
    fn loss(&self, place: &Place, now: i64) -> Result<PublicLoss> {
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.trim().is_empty());
        let category = category_of(&self.category).ok_or_else(|| Error::field(Code::Missing, "category", "one of the list"))?;
        let zone = given(&self.zone);
        if zone.as_ref().is_some_and(|zone| !place.zones.iter().any(|(id, _)| id == zone)) {
            return Err(Error::field(Code::UnknownReference, "zone", "no such zone"));
        }
        let (lost_from, lost_to) = span(&self.day, &self.part, place.tz, now)?;
        Ok(PublicLoss {
            category,
            description: self.description.clone(),
            brand: given(&self.brand),
            colour: given(&self.colour),
            marks: given(&self.marks),
            place: self.place.clone(),
            zone,
            lost_from,
            lost_to,
            serial: None,
            contact: None,
        })
    }

    /// The digest of what was sent: two submits of one form are one where it is equal.
    fn digest(&self, photos: &[Vec<u8>]) -> Result<Digest> {
        let photos: Vec<_> = photos.iter().map(|photo| Digest::of(photo)).collect();
        Ok(Digest::of(&serde_json::to_vec(&(self, photos))?))
    }
}

/// `GET /lost`: the first screen.
pub(super) async fn what(State(public): State<Public>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    let lang = Lang::of(asked.lang.as_deref(), &headers);
    first(&public, lang, Typed::default(), None).await
}

/// `POST /lost/edit`: the first screen with what was typed.
pub(super) async fn edit(State(public): State<Public>, Query(asked): Query<Asked>, headers: HeaderMap, request: Request) -> Response {
    let lang = Lang::of(asked.lang.as_deref(), &headers);
    let sent = form::read(request, &public.limits).await;
    first(&public, lang, Typed::of(&sent), sent.fault.clone()).await
}

/// `POST /lost`: the second screen, once the first is in order.
pub(super) async fn who(State(public): State<Public>, Query(asked): Query<Asked>, headers: HeaderMap, request: Request) -> Response {
    let lang = Lang::of(asked.lang.as_deref(), &headers);
    let sent = form::read(request, &public.limits).await;
    let mut typed = Typed::of(&sent);
    let checked = match sent.fault.clone() {
        Some(fault) => Err(fault),
        None => check(&public, &typed).await,
    };
    if let Err(error) = checked {
        return first(&public, lang, typed, Some(error)).await;
    }
    if typed.once.is_empty() {
        typed.once = hex::encode(public.hub.env().random::<16>());
    }
    second(&public, lang, typed, None, false).await
}

/// `POST /lost/send`: the report.
pub(super) async fn send(
    State(public): State<Public>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let lang = Lang::of(asked.lang.as_deref(), &headers);
    let (from, now) = (name_of(address.ip()), public.hub.now());
    let sent = form::read(request, &public.limits).await;
    let typed = Typed::of(&sent);
    let has_photos = !sent.photos.is_empty();
    match take(&public, &from, now, &typed, sent).await {
        Ok(reported) => done(&public, lang, &typed, reported).await,
        Err(error) if FIRST_SCREEN.contains(&super::words::form_field(&error.field)) => first(&public, lang, typed, Some(error)).await,
        Err(error) => second(&public, lang, typed, Some(error), has_photos).await,
    }
}

/// `GET` of an address that only takes forms: somebody went back to it, or reloaded it.
pub(super) async fn begin_again(Query(asked): Query<Asked>) -> Response {
    asked.begin_again("/lost")
}

async fn take(public: &Public, from: &str, now: i64, typed: &Typed, sent: Sent<'_>) -> Result<Reported> {
    if let Some(fault) = sent.fault.clone() {
        return Err(fault);
    }
    public.limits.may_report(from, now)?;
    let place = public.place().await?;
    let key = OnceKey::of_form(&typed.once)?;
    let loss = PublicLoss { contact: typed.contact()?, ..typed.loss(&place, now)? };
    let contents = typed.digest(&sent.photos)?;
    let (hub, photos) = (public.hub.clone(), sent.photos);
    let reported = blocking(move || hub.report_in_public(key, contents, loss, &photos)).await?;
    if matches!(&reported, Reported::Taken(receipt) if !receipt.repeated) {
        public.limits.reported(from, now);
    }
    Ok(reported)
}

async fn check(public: &Public, typed: &Typed) -> Result<()> {
    let (place, now) = (public.place().await?, public.hub.now());
    typed.loss(&place, now)?.check(now)
}

async fn first(public: &Public, lang: Lang, typed: Typed, fault: Option<Error>) -> Response {
    let place = match public.place().await {
        Ok(place) => place,
        Err(error) => return refused(lang, &error),
    };
    let status = fault.as_ref().map_or(StatusCode::OK, |error| status_of(error.code));
    let (frame, today) = (place.frame(lang, Switch::Form("/lost/edit?")), today(place.tz, public.hub.now()));
    let fault = fault.map(|error| refusal(lang, &error));
    answer(status, &WhatPage { frame, typed, fault, zones: place.zones, today })
}

async fn second(public: &Public, lang: Lang, typed: Typed, fault: Option<Error>, had_photos: bool) -> Response {
    let place = match public.place().await {
        Ok(place) => place,
        Err(error) => return refused(lang, &error),
    };
    let status = fault.as_ref().map_or(StatusCode::OK, |error| status_of(error.code));
    let fault = fault.map(|error| refusal(lang, &error));
    answer(status, &WhoPage { frame: place.frame(lang, Switch::Form("/lost?")), typed, fault, had_photos })
}

async fn done(public: &Public, lang: Lang, typed: &Typed, reported: Reported) -> Response {
    let place = match public.place().await {
        Ok(place) => place,
        Err(error) => return refused(lang, &error),
    };
    let (receipt, is_other) = match reported {
        Reported::Taken(receipt) => (receipt, false),
        Reported::OtherBefore(receipt) => (receipt, true),
    };
    let (at, frame) = (place.minute(receipt.reported_at), place.frame(lang, Switch::None));
    let page = DonePage { frame, receipt, at, is_other, has_contact: typed.has_contact() };
    answer(StatusCode::OK, &page)
}

/// A number as people write it, as the rules take it: without what separates its groups, and with the country's code for what is
/// dialled with a trunk prefix, `00` abroad or `0` in China, where these pages are.
fn as_dialled(phone: &str) -> String {
    let plain: String = phone.chars().filter(|character| !character.is_whitespace() && !"-–().（）/".contains(*character)).collect();
    match (plain.strip_prefix("00"), plain.strip_prefix('0')) {
        (Some(abroad), _) => format!("+{abroad}"),
        (None, Some(domestic)) => format!("+86{domestic}"),
        (None, None) => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::as_dialled;

    #[test]
    fn a_number_is_taken_as_people_write_it() {
        for (typed, dialled) in [
            ("139-1234-5678", "13912345678"),
            ("+44 20 7946 0958", "+442079460958"),
            ("0044 (20) 7946.0958", "+442079460958"),
            ("（0736）770 0000", "+867367700000"),
            ("110", "110"),
        ] {
            assert_eq!(as_dialled(typed), dialled);
        }
    }
}
