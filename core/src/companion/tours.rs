//! Tours, and what they and the shifts cover: a part of what patrols do.

use chrono::NaiveDate;

use super::record::NewOperation;
use super::{Page, Patrol, Recorded};
use crate::domain::{Coverage, DocumentKind, Planned, Route, Seen, Shift, Tour, TourEvent, TourProgress, Visit, ZoneHour, parse_rfc3339};
use crate::{Code, Error, Result};

/// A walk that somebody is to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TourDraft {
    /// Which route: its id.
    pub route: String,
    /// Who: a person's id.
    pub person: String,
    /// On which day of the site's zone, `2026-05-01`; the route says from when until when.
    pub day: String,
}

/// A look at coverage reaches over a month at most.
const MAX_SPAN_MS: i64 = 31 * 86_400_000;

impl Patrol<'_> {
    /// Schedules a tour.
    ///
    /// # Errors
    /// [`Code::UnknownReference`] at `route` or `person`, [`Code::TimeMalformed`] at `day`, [`Code::NotPermitted`],
    /// [`Code::NotEnrolled`]; those of the store.
    pub fn schedule_tour(&self, draft: TourDraft) -> Result<Recorded> {
        let malformed = |_| Error::field(Code::TimeMalformed, "day", "a date such as 2026-05-01");
        let day: NaiveDate = draft.day.parse().map_err(malformed)?;
        let routes: Vec<Route> = self.0.reference(DocumentKind::Route)?;
        let route = routes.into_iter().find(|route| route.id == draft.route);
        let route = route.ok_or_else(|| Error::field(Code::UnknownReference, "route", "no such route"))?;
        let (from, to) = route.window(day, self.0.site()?.tz())?;
        self.tour(&self.0.env.new_id().to_string(), TourEvent::Schedule { route: route.id, person: draft.person, from, to })
    }

    /// Begins the walk: check-ins at the route's checkpoints belong to it from now on. Works offline.
    ///
    /// # Errors
    /// [`Code::StateRefused`], [`Code::NotPermitted`]; those of the store.
    pub fn start_tour(&self, tour: &str) -> Result<Recorded> {
        self.tour(tour, TourEvent::Start {})
    }

    /// Ends the walk: complete, or not, as its check-ins show. Works offline.
    ///
    /// # Errors
    /// [`Code::StateRefused`], [`Code::NotPermitted`]; a text's code at `note`; those of the store.
    pub fn finish_tour(&self, tour: &str, note: Option<String>) -> Result<Recorded> {
        self.tour(tour, TourEvent::Finish { note })
    }

    /// Tours that this phone may see, the latest window first, with their ids.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] at `limit`; those of the store.
    pub fn tours(&self, page: Page) -> Result<Vec<(String, Tour)>> {
        self.0.typed(DocumentKind::Tour, page)
    }

    /// How far a tour has come, as far as this phone knows.
    ///
    /// # Errors
    /// [`Code::NotFound`]; those of the store.
    pub fn tour_progress(&self, tour: &str) -> Result<TourProgress> {
        let document = self.0.document(tour)?.filter(|document| document.kind == DocumentKind::Tour.as_str());
        let document = document.ok_or_else(|| Error::field(Code::NotFound, "tour", "no such tour here"))?;
        let noun: Tour = serde_json::from_value(document.body)?;
        let (from, to) = noun.span();
        let check_ins = self.0.between(DocumentKind::CheckIn, from, to.saturating_add(1))?;
        let visits: Vec<_> = check_ins.iter().filter_map(|check_in| Visit::read(&check_in.body.to_string())).collect();
        Ok(noun.progress(&document.id, &visits))
    }

    /// Which hours of which zones somebody was to be there, and in which of them somebody was, of `[from, to)` (RFC 3339 with
    /// an offset), at most 31 days: as far as this phone sees, so that only the desk's is whole.
    ///
    /// # Errors
    /// [`Code::TimeMalformed`], [`Code::TimeOrder`] or [`Code::OutOfRange`] at `from` or `to`; [`Code::NotEnrolled`]; those of
    /// the store.
    pub fn coverage(&self, from: &str, to: &str) -> Result<Coverage> {
        self.coverage_of(span(from, to)?)
    }

    /// The hours of zones that will go uncovered unless somebody checks in soon, by this phone's clock.
    ///
    /// # Errors
    /// [`Code::NotEnrolled`]; those of the store.
    pub fn coverage_warnings(&self) -> Result<Vec<ZoneHour>> {
        let now = self.0.env.clock.wall_ms();
        let lead = self.0.site()?.settings.coverage_warning_min;
        let hour = 3_600_000;
        let coverage = self.coverage_of((now.saturating_sub(hour), now.saturating_add(hour)))?;
        Ok(coverage.warnings(now, lead).into_iter().cloned().collect())
    }

    fn coverage_of(&self, (from, to): (i64, i64)) -> Result<Coverage> {
        let zone = self.0.site()?.tz();
        let mut planned = Vec::new();
        for kind in [DocumentKind::Shift, DocumentKind::Tour] {
            planned.extend(Planned::of_documents(&self.0.between(kind, from.saturating_sub(Shift::MAX_MS), to)?));
        }
        let seen = Seen::of_documents(&self.0.between(DocumentKind::CheckIn, from, to)?);
        Ok(Coverage::count(&planned, &seen, (from, to), zone))
    }

    fn tour(&self, tour: &str, event: TourEvent) -> Result<Recorded> {
        if tour.is_empty() {
            return Err(Error::field(Code::Missing, "tour", "which tour"));
        }
        let event = event.normalised()?;
        Ok(self.0.record(NewOperation::new(event.kind(), tour, &event)?)?.0)
    }
}

/// A stretch of time that a caller asks for: from, to, UTC ms.
pub(super) fn span(from: &str, to: &str) -> Result<(i64, i64)> {
    let from = parse_rfc3339(from).map_err(|error| error.within("from"))?;
    let to = parse_rfc3339(to).map_err(|error| error.within("to"))?;
    if from >= to {
        return Err(Error::field(Code::TimeOrder, "to", "after from"));
    }
    if to.saturating_sub(from) > MAX_SPAN_MS {
        return Err(Error::field(Code::OutOfRange, "to", "at most 31 days after from"));
    }
    Ok((from, to))
}
