//! Shifts, tours, and the tracks that are taken on them.

use liuye_core::companion as core;
use liuye_core::domain;
use liuye_core::log;

use crate::companion::CompanionHandle;
use crate::crossing::{Inward, draft, given, mirror, noun, record, sum};
use crate::error::Result;
use crate::types::{Fix, Page, Recorded};

mirror! {
    /// Where a shift stands.
    ShiftState = domain::ShiftState {
        /// Somebody will come.
        Planned,
        /// Somebody is there.
        Active,
        /// It is over.
        Ended,
        /// Nobody came.
        NoShow,
        /// It was called off.
        Cancelled,
    }
}

mirror! {
    /// Where a tour stands.
    TourState = domain::TourState {
        /// It is to be walked.
        Scheduled,
        /// It is being walked.
        InProgress,
        /// Every checkpoint was visited.
        Completed,
        /// Some were not.
        Incomplete,
        /// The hub's clock says that nobody walked it.
        Missed,
        /// Every checkpoint was visited, but the evidence came after the alert.
        CompletedLate,
    }
}

draft! {
    /// A shift that somebody is put on.
    ShiftDraft = core::ShiftDraft {
        /// Who: a person's id.
        person: String,
        /// In which zone; a post's own zone where there is a post.
        zone: Option<String> = None,
        /// At which post.
        post: Option<String> = None,
        /// From when: RFC 3339 with an offset.
        from: String,
        /// Until when: RFC 3339 with an offset; at most 24 hours later.
        to: String,
    }
}

sum! {
    /// Which shift begins.
    ShiftStart = core::ShiftStart {
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
            minutes: i64,
        },
    }
}

draft! {
    /// A walk that somebody is to make.
    TourDraft = core::TourDraft {
        /// Which route: its id.
        route: String,
        /// Who: a person's id.
        person: String,
        /// On which day of the site's zone, `2026-05-01`; the route says from when until when.
        day: String,
    }
}

noun! {
    /// A shift as staff see it.
    Shift = domain::Shift {
        /// Who.
        person: String,
        /// In which zone; empty where the phone does not know it yet.
        zone: String,
        /// At which post.
        post: Option<String>,
        /// From when, UTC ms.
        from: i64,
        /// Until when, UTC ms.
        to: i64,
        /// Where it stands.
        state: ShiftState,
        /// The operation that wrote it down.
        operation: String,
        /// Its own time, UTC ms: the beginning of its window.
        at: i64,
        /// Who planned it; absent where nobody did.
        planned_by: Option<String>,
        /// When somebody came, UTC ms.
        started_at: Option<i64>,
        /// When they went, UTC ms.
        ended_at: Option<i64>,
        /// When the hub's clock said that nobody had come, UTC ms. It stays where somebody had.
        no_show_at: Option<i64>,
        /// The last word on it.
        note: Option<String>,
    }
}

record! {
    /// A visit that counts for a tour.
    TourVisit = domain::TourVisit {
        /// The checkpoint.
        checkpoint: String,
        /// The check-in's operation.
        operation: String,
        /// When, UTC ms.
        at: i64,
    }
}

record! {
    /// How far a tour has come.
    TourProgress = domain::TourProgress {
        /// What was visited, in its order.
        visits: Vec<TourVisit>,
        /// The checkpoints that were not, in the route's order.
        missing: Vec<String>,
        /// How many of the visits somebody should look at.
        doubtful: i64,
    }
}

noun! {
    /// A tour as staff see it.
    Tour = domain::Tour {
        /// The route.
        route: String,
        /// Its checkpoints when the tour was scheduled: a later edition of the route changes no walk.
        checkpoints: Vec<String>,
        /// Whether they are visited in this order.
        ordered: bool,
        /// The zones that it leads through.
        zones: Vec<String>,
        /// Who walks.
        person: String,
        /// From when, UTC ms.
        from: i64,
        /// Until when, UTC ms.
        to: i64,
        /// How much later a visit may be, in minutes.
        grace_min: i64,
        /// Where it stands.
        state: TourState,
        /// The operation that wrote it down.
        operation: String,
        /// Its own time, UTC ms: the beginning of its window.
        at: i64,
        /// Who scheduled it.
        scheduled_by: String,
        /// When the walk began, UTC ms.
        started_at: Option<i64>,
        /// When its walker said that it was over, UTC ms.
        finished_at: Option<i64>,
        /// When the hub's clock ended it, UTC ms: the alert that went out stays on record.
        lapsed_at: Option<i64>,
        /// What was visited, once it is over.
        progress: Option<TourProgress>,
        /// The last word on it.
        note: Option<String>,
    }
}

record! {
    /// One clock hour of one zone.
    ZoneHour = domain::ZoneHour {
        /// The zone.
        zone: String,
        /// Start of the hour, UTC ms.
        from: i64,
        /// How many shifts and tours plan for it.
        planned: i64,
        /// How many accepted check-ins it has.
        check_ins: i64,
    }
}

record! {
    /// The zones of a site over a stretch of time, by the hour.
    Coverage = domain::Coverage {
        /// The hours in which somebody was to be there or was, by zone and time.
        hours: Vec<ZoneHour>,
        /// Zone-hours in which somebody was to be there.
        planned: i64,
        /// Those of them in which somebody was.
        covered: i64,
    }
}

#[uniffi::export]
impl CompanionHandle {
    /// Comes on duty. Works offline and before enrolment.
    ///
    /// # Errors
    /// `shift_overlap` at `from` where another shift of this person is running or takes up a part of this one;
    /// `state_refused`; `not_permitted` for somebody else's; `unknown_reference` at `zone` or `post`;
    /// `missing` at `zone`; `out_of_range` at `minutes`; those of the store.
    pub fn start_shift(&self, start: ShiftStart) -> Result<Recorded> {
        given(self.core.patrol().start_shift(start.inward("start")?))
    }

    /// Goes off duty. Works offline.
    ///
    /// # Errors
    /// `state_refused`, `not_permitted`; a text's code at `note`; those of the store.
    pub fn end_shift(&self, shift: &str, note: Option<String>) -> Result<Recorded> {
        given(self.core.patrol().end_shift(shift, note))
    }

    /// Puts somebody on a shift.
    ///
    /// # Errors
    /// `shift_overlap` at `from`; `time_malformed`, `time_order` or `out_of_range` at `from` or
    /// `to`; `unknown_reference` at `person`, `zone` or `post`; `not_permitted`; those of the store.
    pub fn plan_shift(&self, draft: ShiftDraft) -> Result<Recorded> {
        given(self.core.patrol().plan_shift(draft.inward("")?))
    }

    /// Calls a planned shift off.
    ///
    /// # Errors
    /// `missing` at `reason`, `state_refused`, `not_permitted`; those of the store.
    pub fn cancel_shift(&self, shift: &str, reason: &str) -> Result<Recorded> {
        given(self.core.patrol().cancel_shift(shift, reason))
    }

    /// Shifts that this phone may see, the latest window first.
    ///
    /// # Errors
    /// `out_of_range` at `limit`; those of the store.
    pub fn shifts(&self, page: Page) -> Result<Vec<Shift>> {
        given(self.core.patrol().shifts(page.inward("")?))
    }

    /// The shift on which the holder of this phone is, by its clock.
    ///
    /// # Errors
    /// Those of the store.
    pub fn current_shift(&self) -> Result<Option<Shift>> {
        given(self.core.patrol().current_shift())
    }

    /// Records where the holder of this phone went on their shift: positions in their order, an hour of them at most.
    /// Of two within a second the first is taken. Show whoever is followed that they are.
    ///
    /// # Errors
    /// `off_shift` at `path` where no shift of theirs ran all that time; `out_of_range`, `time_order` or
    /// `time_in_future` at `path`; those of a coordinate; those of the store.
    pub fn record_track(&self, fixes: Vec<Fix>) -> Result<Recorded> {
        let fixes: Vec<log::Fix> = fixes.inward("path")?;
        given(self.core.patrol().record_track(&fixes))
    }

    /// Schedules a tour.
    ///
    /// # Errors
    /// `unknown_reference` at `route` or `person`, `time_malformed` at `day`, `not_permitted`,
    /// `not_enrolled`; those of the store.
    pub fn schedule_tour(&self, draft: TourDraft) -> Result<Recorded> {
        given(self.core.patrol().schedule_tour(draft.inward("")?))
    }

    /// Begins the walk: check-ins at the route's checkpoints belong to it from now on. Works offline.
    ///
    /// # Errors
    /// `state_refused`, `not_permitted`; those of the store.
    pub fn start_tour(&self, tour: &str) -> Result<Recorded> {
        given(self.core.patrol().start_tour(tour))
    }

    /// Ends the walk: complete, or not, as its check-ins show. Works offline.
    ///
    /// # Errors
    /// `state_refused`, `not_permitted`; a text's code at `note`; those of the store.
    pub fn finish_tour(&self, tour: &str, note: Option<String>) -> Result<Recorded> {
        given(self.core.patrol().finish_tour(tour, note))
    }

    /// Tours that this phone may see, the latest window first.
    ///
    /// # Errors
    /// `out_of_range` at `limit`; those of the store.
    pub fn tours(&self, page: Page) -> Result<Vec<Tour>> {
        given(self.core.patrol().tours(page.inward("")?))
    }

    /// How far a tour has come, as far as this phone knows.
    ///
    /// # Errors
    /// `not_found`; those of the store.
    pub fn tour_progress(&self, tour: &str) -> Result<TourProgress> {
        given(self.core.patrol().tour_progress(tour))
    }

    /// Which hours of which zones somebody was to be there, and in which of them somebody was, of `[from, to)` (RFC 3339 with
    /// an offset), at most 31 days: as far as this phone sees, so that only the desk's is whole.
    ///
    /// # Errors
    /// `time_malformed`, `time_order` or `out_of_range` at `from` or `to`; `not_enrolled`; those of
    /// the store.
    pub fn coverage(&self, from: &str, to: &str) -> Result<Coverage> {
        given(self.core.patrol().coverage(from, to))
    }

    /// The hours of zones that will go uncovered unless somebody checks in soon, by this phone's clock.
    ///
    /// # Errors
    /// `not_enrolled`; those of the store.
    pub fn coverage_warnings(&self) -> Result<Vec<ZoneHour>> {
        given(self.core.patrol().coverage_warnings())
    }
}
