//! The fast response: the tiers that a call is held to, and what may be said of a time that two clocks measured.

use serde::{Deserialize, Serialize};

use super::Force;
use super::call_record::Severity;
use super::case::Case;
use crate::log::DeviceId;
use crate::{Code, Error, Result};

/// Which event starts the clock of a tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockStart {
    /// The call reached the district.
    #[default]
    Received,
    /// Somebody was sent.
    Dispatched,
}

/// One tier of the standard. Where a list is empty, the tier holds for all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseTier {
    /// Such as `1`; 1 to 20 characters, unique in the standard.
    pub name: String,
    /// The first arrival is to be within this, in seconds; 1 to 86,400.
    pub limit_s: u32,
    /// Whose arrival counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forces: Vec<Force>,
    /// The ring: the zones whose calls it holds for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
    /// How bad a call is that it holds for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub severities: Vec<Severity>,
}

/// 快反标准: what a district promises. Districts differ in who holds which tier, so that all of it is configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResponseStandard {
    /// The tiers, in the order in which they are shown.
    pub tiers: Vec<ResponseTier>,
    /// The start of the clock that escalates. Answers are given from both.
    pub start: ClockStart,
    /// So long before a limit the desk is warned, in seconds.
    pub warn_before_s: u32,
}

impl Default for ResponseStandard {
    /// 60, 180 and 300 seconds for every call and every force, a warning 20 seconds before each.
    fn default() -> Self {
        let tier = |name: &str, limit_s| ResponseTier {
            name: name.to_owned(),
            limit_s,
            forces: Vec::new(),
            zones: Vec::new(),
            severities: Vec::new(),
        };
        Self { tiers: vec![tier("1", 60), tier("3", 180), tier("5", 300)], start: ClockStart::Received, warn_before_s: 20 }
    }
}

/// More tiers than a district can look at are a mistake in its file.
const MAX_TIERS: usize = 20;

impl ResponseStandard {
    /// Whether it is the default one, which a site file need not spell out.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Checks names and limits.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] at `tiers` or `tiers[n].limit_s`, [`Code::Missing`] or [`Code::TooLong`] at `tiers[n].name`,
    /// [`Code::DuplicateId`] at `tiers[n].name`.
    pub fn check(&self) -> Result<()> {
        if self.tiers.len() > MAX_TIERS {
            return Err(Error::field(Code::OutOfRange, "tiers", format!("at most {MAX_TIERS}")));
        }
        for (index, tier) in self.tiers.iter().enumerate() {
            let at = format!("tiers[{index}]");
            super::Text::required("name", &tier.name, 20).map_err(|error| error.within(&at))?;
            if self.tiers[..index].iter().any(|other| other.name == tier.name) {
                return Err(Error::field(Code::DuplicateId, format!("{at}.name"), "another tier has this name"));
            }
            if !(1..=86_400).contains(&tier.limit_s) {
                return Err(Error::field(Code::OutOfRange, format!("{at}.limit_s"), "1 to 86,400 seconds"));
            }
        }
        Ok(())
    }

    /// The tiers that hold for a call in this zone, so bad.
    #[must_use]
    pub fn tiers_for(&self, zone: Option<&str>, severity: Severity) -> Vec<TierClock> {
        let holds = |tier: &&ResponseTier| {
            (tier.zones.is_empty() || zone.is_some_and(|zone| tier.zones.iter().any(|of| of == zone)))
                && (tier.severities.is_empty() || tier.severities.contains(&severity))
        };
        self.tiers.iter().filter(holds).map(TierClock::of).collect()
    }
}

/// A monotonic clock's word: only good against another of the same boot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BootTime {
    /// Whose clock.
    pub device: DeviceId,
    /// Since which start of it.
    pub boot_id: String,
    /// What it showed, ms.
    pub elapsed_ms: u64,
}

/// When something happened, by the hub's clock, as far as can be known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// The best estimate, UTC ms.
    pub at: i64,
    /// Surely not before this, UTC ms; absent where nothing is sure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earliest: Option<i64>,
    /// Surely not after this, UTC ms; absent where nothing is sure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<i64>,
    /// The monotonic clock of who wrote it down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<BootTime>,
}

/// What a time told by word of mouth, to the minute and by another's clock, may be off.
const TOLD_ERR_MS: i64 = 60_000;

impl Moment {
    /// A moment that the hub saw itself.
    #[must_use]
    pub const fn of_hub(at: i64) -> Self {
        Self { at, earliest: Some(at), latest: Some(at), clock: None }
    }

    /// When the operation under judgement happened, which followed `earlier`: no estimate puts it before that.
    ///
    /// What the hub saw itself bounds it from both sides; the device's own claim narrows that, where the two agree.
    pub(super) fn of(case: &Case<'_>, earlier: Option<&Self>) -> Self {
        let operation = case.operation;
        let seen = (case.not_before.max(earlier.and_then(|earlier| earlier.earliest)), case.context.received_at);
        let claim = operation.clock_offset_ms.zip(operation.clock_err_ms).map(|(offset, err)| {
            let at = operation.recorded_at.saturating_add(offset);
            (Some(at.saturating_sub(i64::from(err))), Some(at.saturating_add(i64::from(err))))
        });
        let (earliest, latest) = claim.and_then(|claim| narrowed(seen, claim)).unwrap_or(seen);
        let at = earliest.map_or(case.at, |earliest| case.at.max(earliest));
        let at = latest.map_or(at, |latest| at.min(latest));
        let at = earlier.map_or(at, |earlier| at.max(earlier.at));
        let clock = BootTime { device: operation.device, boot_id: operation.boot_id.clone(), elapsed_ms: operation.elapsed_ms };
        Self { at, earliest, latest, clock: Some(clock) }
    }

    /// When somebody else was told, at `told` by their clock (UTC ms), and not after `self`.
    pub(super) fn told_before(self, told: i64) -> Self {
        let said = (Some(told.saturating_sub(TOLD_ERR_MS)), Some(told.saturating_add(TOLD_ERR_MS)));
        let (earliest, latest) = narrowed((None, self.latest), said).unwrap_or((None, self.latest));
        Self { at: latest.map_or(told, |latest| told.min(latest)), earliest, latest, clock: None }
    }

    /// The time that passed since `start`: exact within one boot of one clock, otherwise between two bounds.
    #[must_use]
    pub fn since(&self, start: &Self) -> Span {
        if let (Some(from), Some(to)) = (&start.clock, &self.clock)
            && from.device == to.device
            && from.boot_id == to.boot_id
            && let Some(passed) = to.elapsed_ms.checked_sub(from.elapsed_ms)
        {
            let passed = i64::try_from(passed).unwrap_or(i64::MAX);
            return Span { min_ms: passed, max_ms: Some(passed) };
        }
        let between = |from: Option<i64>, to: Option<i64>| from.zip(to).map(|(from, to)| to.saturating_sub(from));
        match between(start.earliest, self.latest) {
            // It cannot have ended before it began: one of the two is wrong, and nothing is sure.
            Some(max) if max < 0 => Span { min_ms: 0, max_ms: None },
            max_ms => Span { min_ms: between(start.latest, self.earliest).unwrap_or(0).max(0), max_ms },
        }
    }
}

type Bounds = (Option<i64>, Option<i64>);

/// Both bounds at once; none where they exclude each other.
fn narrowed(a: Bounds, b: Bounds) -> Option<Bounds> {
    let earliest = a.0.max(b.0);
    let latest = match (a.1, b.1) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    match (earliest, latest) {
        (Some(earliest), Some(latest)) if earliest > latest => None,
        bounds => Some(bounds),
    }
}

/// A time between two moments, ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Surely not less.
    pub min_ms: i64,
    /// Surely not more; absent where nothing is sure.
    pub max_ms: Option<i64>,
}

impl Span {
    /// Whether it keeps to a limit, ms.
    #[must_use]
    pub fn answer(&self, limit_ms: i64) -> Answer {
        if self.max_ms.is_some_and(|max| max <= limit_ms) {
            Answer::Met
        } else if self.min_ms > limit_ms {
            Answer::Missed
        } else {
            Answer::Uncertain
        }
    }
}

/// Whether a limit was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Surely not.
    Missed,
    /// The clocks do not say.
    Uncertain,
    /// Surely.
    Met,
}

/// Somebody came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// By which assignment.
    pub assignment: String,
    /// Of which force, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub force: Option<Force>,
    /// When.
    pub moment: Moment,
}

/// A tier as one call is held to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierClock {
    /// Its name in the standard.
    pub name: String,
    /// Its limit, seconds.
    pub limit_s: u32,
    /// Whose arrival counts; all where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forces: Vec<Force>,
    /// When the hub warned that it is about to be missed, UTC ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warned_at: Option<i64>,
    /// When the limit passed with nobody known to be there, UTC ms. It stays, whatever a late phone says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed_at: Option<i64>,
    /// From when the call was received; absent while nobody came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_received: Option<Answer>,
    /// From when somebody was first sent; absent while nobody came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_dispatched: Option<Answer>,
}

impl TierClock {
    fn of(tier: &ResponseTier) -> Self {
        Self {
            name: tier.name.clone(),
            limit_s: tier.limit_s,
            forces: tier.forces.clone(),
            warned_at: None,
            missed_at: None,
            from_received: None,
            from_dispatched: None,
        }
    }

    fn limit_ms(&self) -> i64 {
        i64::from(self.limit_s) * 1000
    }

    /// The best that any arrival says: the first one kept the limit where any did.
    fn answer(&self, start: Option<&Moment>, arrivals: &[Arrival]) -> Option<Answer> {
        let start = start?;
        let counts = |arrival: &&Arrival| self.forces.is_empty() || arrival.force.is_some_and(|force| self.forces.contains(&force));
        arrivals.iter().filter(counts).map(|arrival| arrival.moment.since(start).answer(self.limit_ms())).max()
    }
}

/// The clocks of one call. The standard is written into it when it starts: a district that changes its standard changes
/// no clock that runs, and no figure of the past.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Response {
    /// The start of the clock that escalates.
    pub start: ClockStart,
    /// So long before a limit the desk is warned, in seconds.
    pub warn_before_s: u32,
    /// When the call was received; absent while only its phone knows of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received: Option<Moment>,
    /// When somebody was first sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispatched: Option<Moment>,
    /// Who may have come first, by force.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arrivals: Vec<Arrival>,
    /// The tiers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<TierClock>,
}

impl Response {
    /// The clocks of a call that was just received.
    pub(super) fn new(standard: &ResponseStandard, tiers: Vec<TierClock>, received: Option<Moment>) -> Self {
        let (start, warn_before_s) = (standard.start, standard.warn_before_s);
        Self { start, warn_before_s, received, dispatched: None, arrivals: Vec::new(), tiers }
    }

    /// Other tiers, once more is known of the call. What was warned of stays on record.
    pub(super) fn retier(&mut self, tiers: Vec<TierClock>) {
        let before = std::mem::replace(&mut self.tiers, tiers);
        for tier in &mut self.tiers {
            if let Some(old) = before.iter().find(|old| old.name == tier.name) {
                (tier.warned_at, tier.missed_at) = (old.warned_at, old.missed_at);
            }
        }
        self.judge();
    }

    /// Somebody is sent. The first time counts.
    pub(super) fn dispatch(&mut self, moment: Moment) {
        self.dispatched.get_or_insert(moment);
    }

    /// Somebody came. Evidence may come late and in any order: what may be the first of its force is kept.
    pub(super) fn arrive(&mut self, arrival: Arrival) {
        // What surely came after another of its force can only say more where its clock is the one that the start was read from.
        let starts: Vec<_> = [&self.received, &self.dispatched].into_iter().flatten().filter_map(|start| start.clock.clone()).collect();
        let adds_nothing = |one: &Arrival, other: &Arrival| {
            let is_later = one.moment.earliest.zip(other.moment.latest).is_some_and(|(earliest, latest)| earliest > latest);
            let clock = one.moment.clock.as_ref();
            let is_exact =
                clock.is_some_and(|clock| starts.iter().any(|start| start.device == clock.device && start.boot_id == clock.boot_id));
            one.force == other.force && is_later && !is_exact
        };
        if self.arrivals.iter().any(|known| adds_nothing(&arrival, known)) {
            return;
        }
        self.arrivals.retain(|known| !adds_nothing(known, &arrival));
        self.arrivals.push(arrival);
        self.judge();
    }

    fn judge(&mut self) {
        for tier in &mut self.tiers {
            tier.from_received = tier.answer(self.received.as_ref(), &self.arrivals);
            tier.from_dispatched = tier.answer(self.dispatched.as_ref(), &self.arrivals);
        }
    }

    /// When a tier's warning or limit comes next, UTC ms.
    pub(super) fn deadline(&self) -> Option<i64> {
        self.running()
            .filter_map(|(tier, start)| match (tier.warned_at, tier.missed_at) {
                (_, Some(_)) => None,
                (Some(_), None) => Some(limit_at(tier, start)),
                (None, None) => Some(self.warn_at(tier, start)),
            })
            .min()
    }

    /// Warns of what is about to be missed at `now`, and notes what was.
    pub(super) fn step(&mut self, now: i64) {
        let due: Vec<(bool, bool)> = self
            .tiers
            .iter()
            .map(|tier| match self.start_of(tier) {
                Some(start) => (self.warn_at(tier, start) <= now, limit_at(tier, start) <= now),
                None => (false, false),
            })
            .collect();
        for (tier, (warn, miss)) in self.tiers.iter_mut().zip(due) {
            if warn {
                tier.warned_at.get_or_insert(now);
            }
            if miss {
                tier.missed_at.get_or_insert(now);
            }
        }
    }

    /// When the escalating clock of each tier passes its limit, UTC ms; none where it does not run: nobody was waited for yet, or
    /// somebody came.
    pub fn limits(&self) -> impl Iterator<Item = (&TierClock, Option<i64>)> {
        self.tiers.iter().map(|tier| (tier, self.start_of(tier).map(|start| limit_at(tier, start))))
    }

    fn running(&self) -> impl Iterator<Item = (&TierClock, i64)> {
        self.tiers.iter().filter_map(|tier| Some((tier, self.start_of(tier)?)))
    }

    /// When the escalating clock of a tier began, while nobody came whom it waits for.
    fn start_of(&self, tier: &TierClock) -> Option<i64> {
        let (start, answer) = match self.start {
            ClockStart::Received => (&self.received, tier.from_received),
            ClockStart::Dispatched => (&self.dispatched, tier.from_dispatched),
        };
        start.as_ref().filter(|_| answer.is_none()).map(|moment| moment.at)
    }

    fn warn_at(&self, tier: &TierClock, start: i64) -> i64 {
        let lead = i64::from(self.warn_before_s.min(tier.limit_s)) * 1000;
        start.saturating_add(tier.limit_ms() - lead)
    }
}

/// An arrival at the very limit keeps it: it has passed one millisecond later.
fn limit_at(tier: &TierClock, start: i64) -> i64 {
    start.saturating_add(tier.limit_ms() + 1)
}
