//! Welfare timers: who goes where it may be dangerous is asked after.

use liuye_core::companion as core;
use liuye_core::domain;

use crate::companion::CompanionHandle;
use crate::crossing::{Inward, given, mirror, noun, path};
use crate::error::Result;
use crate::types::{Fix, Page, Recorded};

mirror! {
    /// Where a timer stands.
    WelfareState = domain::WelfareState {
        /// It runs.
        Armed,
        /// Its time is over: they are asked whether they are well.
        Prompted,
        /// They did not say so, or were made to.
        Alarmed,
        /// The desk sees to it.
        Acknowledged,
        /// They are well.
        Resolved,
        /// They were all the time.
        FalseAlarm,
    }
}

/// A timer that is to begin.
#[derive(Clone, uniffi::Record)]
pub struct WelfareDraft {
    /// For how long, in seconds; 60 to 86,400.
    pub duration_s: i64,
    /// What they are up to; at most 500 characters.
    #[uniffi(default = None)]
    pub note: Option<String>,
    /// The code that ends it; 1 to 64 characters. This phone keeps its digest alone.
    pub code: String,
    /// Another code, that seems to end it and alarms the desk.
    #[uniffi(default = None)]
    pub duress_code: Option<String>,
    /// Where the phone is.
    #[uniffi(default = None)]
    pub fix: Option<Fix>,
}

impl std::fmt::Debug for WelfareDraft {
    /// Codes belong in no log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WelfareDraft").field("duration_s", &self.duration_s).finish_non_exhaustive()
    }
}

impl Inward<core::WelfareDraft> for WelfareDraft {
    fn inward(self, at: &str) -> Result<core::WelfareDraft> {
        Ok(core::WelfareDraft {
            duration_s: self.duration_s.inward(&path(at, "duration_s"))?,
            note: self.note,
            code: self.code,
            duress_code: self.duress_code,
            fix: self.fix.inward(&path(at, "fix"))?,
        })
    }
}

noun! {
    /// A timer as its holder and the desk see it. What a duress code calls up is a second one, which the desk alone sees.
    WelfareTimer = domain::WelfareTimer {
        /// Whose it is.
        person: String,
        /// The operation that began it.
        operation: String,
        /// Where it stands.
        state: WelfareState,
        /// When it began, UTC ms.
        at: i64,
        /// When they are asked, UTC ms.
        due_at: i64,
        /// How long they have to answer, in seconds.
        grace_s: i64,
        /// When they were asked, UTC ms.
        prompted_at: Option<i64>,
        /// When the desk was alarmed, UTC ms.
        alarmed_at: Option<i64>,
        /// Whether somebody made them say that they are well.
        duress: bool,
        /// What they are up to, or what came of it.
        note: Option<String>,
        /// Who sees to it.
        acknowledged_by: Option<String>,
        /// When it ended, UTC ms.
        ended_at: Option<i64>,
        /// Where they were last.
        fix: Option<Fix>,
    }
}

#[uniffi::export]
impl CompanionHandle {
    /// Begins a timer. The hub watches it: nobody is asked after whose phone never reached the hub.
    ///
    /// # Errors
    /// `out_of_range` at `duration_s`, `missing` at `code`, `duplicate_id` at `duress`,
    /// `not_permitted`; those of the store.
    pub fn arm_timer(&self, draft: WelfareDraft) -> Result<Recorded> {
        given(self.core.welfare().arm(draft.inward("")?))
    }

    /// Ends a timer by a code. With the duress code everything on this phone is as with the other one.
    ///
    /// # Errors
    /// `malformed` at `code` where it is neither, `state_refused`, `not_permitted`; those of the store.
    pub fn cancel_timer(&self, timer: &str, code: &str, fix: Option<Fix>) -> Result<Recorded> {
        given(self.core.welfare().cancel(timer, code, fix.inward("fix")?))
    }

    /// The desk sees to an alarm.
    ///
    /// # Errors
    /// `not_permitted`, `state_refused`.
    pub fn acknowledge_alarm(&self, timer: &str) -> Result<Recorded> {
        given(self.core.welfare().acknowledge(timer))
    }

    /// They are well.
    ///
    /// # Errors
    /// As `acknowledge_alarm`.
    pub fn resolve_alarm(&self, timer: &str, note: Option<String>) -> Result<Recorded> {
        given(self.core.welfare().resolve(timer, note))
    }

    /// They were all the time.
    ///
    /// # Errors
    /// As `acknowledge_alarm`.
    pub fn false_alarm(&self, timer: &str, note: Option<String>) -> Result<Recorded> {
        given(self.core.welfare().false_alarm(timer, note))
    }

    /// Timers that this phone may see, newest first.
    ///
    /// # Errors
    /// `out_of_range` at `limit`; those of the store.
    pub fn welfare_timers(&self, page: Page) -> Result<Vec<WelfareTimer>> {
        given(self.core.welfare().timers(page.inward("")?))
    }
}
