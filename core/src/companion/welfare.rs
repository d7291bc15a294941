//! Welfare timers: who goes where it may be dangerous is asked after.

use serde::Serialize;

use super::record::NewOperation;
use super::{Companion, Page, Recorded};
use crate::domain::{DocumentKind, Kind, Text, WelfareEvent, WelfareTimer, welfare_code};
use crate::log::Fix;
use crate::{Error, Result};

/// A timer that is to begin.
#[derive(Clone, PartialEq, Eq)]
pub struct WelfareDraft {
    /// For how long, in seconds; 60 to 86,400.
    pub duration_s: u32,
    /// What they are up to; at most 500 characters.
    pub note: Option<String>,
    /// The code that ends it; 1 to 64 characters. This phone keeps its digest alone.
    pub code: String,
    /// Another code, that seems to end it and alarms the desk.
    pub duress_code: Option<String>,
    /// Where the phone is.
    pub fix: Option<Fix>,
}

impl std::fmt::Debug for WelfareDraft {
    /// Codes belong in no log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WelfareDraft").field("duration_s", &self.duration_s).finish_non_exhaustive()
    }
}

/// What is done about welfare timers. Get it by [`Companion::welfare`].
#[derive(Debug, Clone, Copy)]
pub struct Welfare<'a>(&'a Companion);

impl Companion {
    /// What is done about welfare timers.
    #[must_use]
    pub const fn welfare(&self) -> Welfare<'_> {
        Welfare(self)
    }
}

impl Welfare<'_> {
    /// Begins a timer. The hub watches it: nobody is asked after whose phone never reached the hub.
    ///
    /// # Errors
    /// [`crate::Code::OutOfRange`] at `duration_s`, [`crate::Code::Missing`] at `code`, [`crate::Code::DuplicateId`] at `duress`,
    /// [`crate::Code::NotPermitted`]; those of the store.
    pub fn arm(&self, draft: WelfareDraft) -> Result<Recorded> {
        let id = self.0.env.new_id().to_string();
        let digest = |field, text: &str| Ok::<_, Error>(welfare_code(&id, Text::required(field, text, 64)?.as_str()));
        let code = digest("code", &draft.code)?;
        let duress = draft.duress_code.as_deref().map(|text| digest("duress", text)).transpose()?;
        let event = WelfareEvent::Arm { duration_s: draft.duration_s, note: draft.note, code, duress }.normalised()?;
        self.act(Kind::WelfareArm, &id, &event, draft.fix)
    }

    /// Ends a timer by a code. With the duress code everything on this phone is as with the other one.
    ///
    /// # Errors
    /// [`crate::Code::Malformed`] at `code` where it is neither, [`crate::Code::StateRefused`], [`crate::Code::NotPermitted`]; those of the store.
    pub fn cancel(&self, timer: &str, code: &str, fix: Option<Fix>) -> Result<Recorded> {
        let code = welfare_code(timer, Text::required("code", code, 64)?.as_str());
        self.act(Kind::WelfareCancel, timer, &WelfareEvent::Cancel { code }, fix)
    }

    /// The desk sees to an alarm.
    ///
    /// # Errors
    /// [`crate::Code::NotPermitted`], [`crate::Code::StateRefused`].
    pub fn acknowledge(&self, timer: &str) -> Result<Recorded> {
        self.act(Kind::WelfareAcknowledge, timer, &WelfareEvent::Acknowledge {}, None)
    }

    /// They are well.
    ///
    /// # Errors
    /// As [`Welfare::acknowledge`].
    pub fn resolve(&self, timer: &str, note: Option<String>) -> Result<Recorded> {
        self.act(Kind::WelfareResolve, timer, &WelfareEvent::Resolve { note }.normalised()?, None)
    }

    /// They were all the time.
    ///
    /// # Errors
    /// As [`Welfare::acknowledge`].
    pub fn false_alarm(&self, timer: &str, note: Option<String>) -> Result<Recorded> {
        self.act(Kind::WelfareFalseAlarm, timer, &WelfareEvent::FalseAlarm { note }.normalised()?, None)
    }

    /// Timers that this phone may see, newest first, with their ids.
    ///
    /// # Errors
    /// [`crate::Code::OutOfRange`] at `limit`; those of the store.
    pub fn timers(&self, page: Page) -> Result<Vec<(String, WelfareTimer)>> {
        self.0.typed(DocumentKind::WelfareTimer, page)
    }

    fn act(&self, kind: Kind, timer: &str, event: &impl Serialize, fix: Option<Fix>) -> Result<Recorded> {
        Ok(self.0.record(NewOperation::new(kind, timer, event)?.with_fix(fix))?.0)
    }
}
