//! Shifts, and the tracks that are taken on them: a part of what patrols do.

use super::record::NewOperation;
use super::{Page, Patrol, Recorded};
use crate::domain::{DocumentKind, Shift, ShiftEvent, TrackPath, TrackPoint, TrackRecord, parse_rfc3339};
use crate::log::Fix;
use crate::{Code, Error, Result};

/// A shift that somebody is put on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShiftDraft {
    /// Who: a person's id.
    pub person: String,
    /// In which zone; a post's own zone where there is a post.
    pub zone: Option<String>,
    /// At which post.
    pub post: Option<String>,
    /// From when: RFC 3339 with an offset.
    pub from: String,
    /// Until when: RFC 3339 with an offset; at most 24 hours later.
    pub to: String,
}

/// Which shift begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShiftStart {
    /// One that was planned.
    Planned {
        /// The shift's id.
        shift: String,
    },
    /// One that nobody planned.
    Unplanned {
        /// In which zone; a post's own zone where there is a post.
        zone: Option<String>,
        /// At which post.
        post: Option<String>,
        /// How long it will last, in minutes; 1 to 1,440.
        minutes: u32,
    },
}

impl Patrol<'_> {
    /// Comes on duty. Works offline and before enrolment.
    ///
    /// # Errors
    /// [`Code::ShiftOverlap`] at `from` where another shift of this person is running or takes up a part of this one;
    /// [`Code::StateRefused`]; [`Code::NotPermitted`] for somebody else's; [`Code::UnknownReference`] at `zone` or `post`;
    /// [`Code::Missing`] at `zone`; [`Code::OutOfRange`] at `minutes`; those of the store.
    pub fn start_shift(&self, start: ShiftStart) -> Result<Recorded> {
        match start {
            ShiftStart::Planned { shift } => self.shift(&shift, ShiftEvent::Start { zone: None, post: None, minutes: None }),
            ShiftStart::Unplanned { zone, post, minutes } => {
                self.shift(&self.0.env.new_id().to_string(), ShiftEvent::Start { zone, post, minutes: Some(minutes) })
            }
        }
    }

    /// Goes off duty. Works offline.
    ///
    /// # Errors
    /// [`Code::StateRefused`], [`Code::NotPermitted`]; a text's code at `note`; those of the store.
    pub fn end_shift(&self, shift: &str, note: Option<String>) -> Result<Recorded> {
        self.shift(shift, ShiftEvent::End { note })
    }

    /// Puts somebody on a shift.
    ///
    /// # Errors
    /// [`Code::ShiftOverlap`] at `from`; [`Code::TimeMalformed`], [`Code::TimeOrder`] or [`Code::OutOfRange`] at `from` or
    /// `to`; [`Code::UnknownReference`] at `person`, `zone` or `post`; [`Code::NotPermitted`]; those of the store.
    pub fn plan_shift(&self, draft: ShiftDraft) -> Result<Recorded> {
        let ShiftDraft { person, zone, post, from, to } = draft;
        let from = parse_rfc3339(&from).map_err(|error| error.within("from"))?;
        let to = parse_rfc3339(&to).map_err(|error| error.within("to"))?;
        self.shift(&self.0.env.new_id().to_string(), ShiftEvent::Plan { person, zone, post, from, to })
    }

    /// Calls a planned shift off.
    ///
    /// # Errors
    /// [`Code::Missing`] at `reason`, [`Code::StateRefused`], [`Code::NotPermitted`]; those of the store.
    pub fn cancel_shift(&self, shift: &str, reason: &str) -> Result<Recorded> {
        self.shift(shift, ShiftEvent::Cancel { reason: reason.to_owned() })
    }

    /// Shifts that this phone may see, the latest window first, with their ids.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] at `limit`; those of the store.
    pub fn shifts(&self, page: Page) -> Result<Vec<(String, Shift)>> {
        self.0.typed(DocumentKind::Shift, page)
    }

    /// The shift on which the holder of this phone is, by its clock.
    ///
    /// # Errors
    /// Those of the store.
    pub fn current_shift(&self) -> Result<Option<(String, Shift)>> {
        let identity = self.0.identity()?;
        let now = self.0.env.clock.wall_ms();
        let around = self.0.between(DocumentKind::Shift, now.saturating_sub(2 * Shift::MAX_MS), now.saturating_add(Shift::MAX_MS))?;
        let mine = around.into_iter().filter_map(|document| Some((document.id, serde_json::from_value::<Shift>(document.body).ok()?)));
        let is_mine = |shift: &Shift| shift.person == "self" || identity.person.as_ref() == Some(&shift.person);
        // It began by the hub's clock, as far as this phone knows it, which may be ahead of its own.
        let is_running = |shift: &Shift| shift.ended_at.is_none() && shift.is_running(shift.started_at.map_or(now, |start| start.max(now)));
        let running = mine.filter(|(_, shift)| is_mine(shift) && is_running(shift));
        Ok(running.max_by(|(x, a), (y, b)| (a.started_at, x).cmp(&(b.started_at, y))))
    }

    /// Records where the holder of this phone went on their shift: positions in their order, an hour of them at most.
    /// Of two within a second the first is taken. Show whoever is followed that they are.
    ///
    /// # Errors
    /// [`Code::OffShift`] at `path` where no shift of theirs ran all that time; [`Code::OutOfRange`], [`Code::TimeOrder`] or
    /// [`Code::TimeInFuture`] at `path`; those of a coordinate; those of the store.
    pub fn record_track(&self, fixes: &[Fix]) -> Result<Recorded> {
        let mut points: Vec<TrackPoint> = fixes.iter().map(point).collect();
        points.dedup_by_key(|point| point.at_s);
        let mock = fixes.iter().any(|fix| fix.is_mock);
        let record = TrackRecord { path: TrackPath::pack(&points), mock, left: None }.normalised()?;
        let new = NewOperation::new(crate::domain::Kind::TrackRecord, self.0.env.new_id().to_string(), &record)?;
        Ok(self.0.record(new)?.0)
    }

    fn shift(&self, shift: &str, event: ShiftEvent) -> Result<Recorded> {
        if shift.is_empty() {
            return Err(Error::field(Code::Missing, "shift", "which shift"));
        }
        let event = event.normalised()?;
        Ok(self.0.record(NewOperation::new(event.kind(), shift, &event)?)?.0)
    }
}

/// A position to the metre and the second.
fn point(fix: &Fix) -> TrackPoint {
    let metre = |e7: i32| e7.div_euclid(100) + i32::from(e7.rem_euclid(100) >= 50);
    TrackPoint { at_s: fix.at.div_euclid(1000), lat_e5: metre(fix.lat_e7), lon_e5: metre(fix.lon_e7) }
}
