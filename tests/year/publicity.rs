//! Sessions and their leaflets: what is planned of them, and how phones do it.

use liuye_core::companion::{Companion, Page, SessionDraft};
use liuye_core::domain::{Leaflets, PublicitySession, PublicityState, format_rfc3339};
use liuye_core::{Code, Error, Result};

use super::deed::Deed;
use super::plan::{HOUR, MINUTE, Plan};

/// What is done about sessions. Each is one operation, so that a phone that was killed knows whether it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The desk takes leaflets into the stock.
    Stock { quantity: u32 },
    /// A session is planned.
    Plan { number: u64 },
    /// Leaflets leave the stock for it.
    Issue { number: u64, quantity: u32 },
    /// Some were spoilt.
    Waste { number: u64, quantity: u32 },
    /// Some came back.
    Return { number: u64, quantity: u32 },
    /// It was held; one that nobody can vouch for stays as it is.
    Hold { number: u64, is_seen: bool },
}

/// Sessions on one batch of leaflets.
const A_BATCH: u64 = 20;
/// What nobody vouches for.
const UNSEEN: &str = "nobody saw it";

impl Step {
    /// Whether it goes on with what another phone recorded.
    pub(super) const fn needs_news(self) -> bool {
        matches!(self, Self::Issue { .. })
    }
}

impl Plan<'_> {
    /// Sessions in the night market. One that is only planned, and one that was held and that nobody verified, are none; what the
    /// latter had came back.
    pub(super) fn sessions(&mut self) {
        let (sessions, leaflets) = (self.size.sessions, self.size.leaflets);
        let holders = self.staff.auxiliaries();
        for number in 0..sessions + 2 {
            let phone = holders[usize::try_from(number * 7).unwrap() % holders.len()];
            let evening = self.day(number, sessions + 3) + 18 * HOUR + i64::try_from(number % 40).unwrap() * MINUTE;
            if number.is_multiple_of(A_BATCH) {
                self.publicity(evening - 10 * HOUR, self.staff.desk, Step::Stock { quantity: 2_000 });
            }
            self.publicity(evening, phone, Step::Plan { number });
            if number > sessions {
                continue;
            }
            let counts = number < sessions;
            let given = if counts { leaflets * (number + 1) / sessions - leaflets * number / sessions } else { 0 };
            let (returned, wasted) = (7 + number % 5, if counts && number.is_multiple_of(3) { 2 + number % 4 } else { 0 });
            let quantity = |leaflets: u64| u32::try_from(leaflets).unwrap();
            self.publicity(evening + 10 * MINUTE, phone, Step::Issue { number, quantity: quantity(given + returned + wasted) });
            if wasted > 0 {
                self.publicity(evening + 70 * MINUTE, phone, Step::Waste { number, quantity: quantity(wasted) });
            }
            self.publicity(evening + 80 * MINUTE, phone, Step::Return { number, quantity: quantity(returned) });
            self.publicity(evening + 90 * MINUTE, phone, Step::Hold { number, is_seen: counts });
        }
    }

    fn publicity(&mut self, at: i64, phone: usize, step: Step) {
        self.add(at, phone, Deed::Publicity(step));
    }
}

/// Does a step on a phone, at `now` (UTC ms).
pub(super) fn take(app: &Companion, step: Step, now: i64) -> Result<()> {
    let publicity = app.publicity();
    match step {
        Step::Stock { quantity } => publicity.stock_leaflets("m-fraud-leaflet", quantity),
        Step::Plan { number } => publicity.plan(SessionDraft {
            topics: vec!["t-fraud".to_owned()],
            materials: vec!["m-fraud-leaflet".to_owned()],
            zone: format!("z{}", number % 5 + 1),
            place: place(number),
            from: format_rfc3339(now),
            to: format_rfc3339(now + 2 * HOUR),
        }),
        Step::Issue { number, quantity } => {
            let (session, _) = session(app, number)?;
            let has = |leaflets: &Leaflets| leaflets.in_stock() >= u64::from(quantity);
            publicity.issue_leaflets(&batch(app, has)?, &session, quantity)
        }
        Step::Waste { number, quantity } => {
            let (session, _) = session(app, number)?;
            publicity.waste_leaflets(&batch(app, |batch| batch.distributed(|id| id == session) > 0)?, &session, quantity)
        }
        Step::Return { number, quantity } => {
            let (session, _) = session(app, number)?;
            publicity.return_leaflets(&batch(app, |batch| batch.distributed(|id| id == session) > 0)?, &session, quantity)
        }
        Step::Hold { number, is_seen } => {
            let (session, _) = session(app, number)?;
            publicity.hold(&session, 60, (!is_seen).then(|| UNSEEN.to_owned()), None, Vec::new())
        }
    }
    .map(drop)
}

/// The desk vouches for what was held, where somebody saw it.
pub(super) fn verify(app: &Companion) -> Result<()> {
    let is_due = |session: &PublicitySession| session.state == PublicityState::Held && session.note.as_deref() != Some(UNSEEN);
    for (id, _) in app.publicity().sessions(Page::first(200))?.into_iter().filter(|(_, session)| is_due(session)) {
        app.publicity().verify(&id, None)?;
    }
    Ok(())
}

fn place(number: u64) -> String {
    format!("night market, session {number:03}")
}

fn session(app: &Companion, number: u64) -> Result<(String, PublicitySession)> {
    let place = place(number);
    let found = app.publicity().sessions(Page::first(200))?.into_iter().find(|(_, session)| session.place == place);
    found.ok_or_else(|| Error::new(Code::NotFound, "no such session here"))
}

/// The newest batch of which that is so.
fn batch(app: &Companion, which: impl Fn(&Leaflets) -> bool) -> Result<String> {
    let found = app.publicity().batches(Page::first(200))?.into_iter().find(|(_, batch)| which(batch));
    found.map(|(id, _)| id).ok_or_else(|| Error::new(Code::NotFound, "no such leaflets here"))
}
