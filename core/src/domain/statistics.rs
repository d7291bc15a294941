//! Statistics: the figures that a district answers for, each by a definition with a version, counted from facts.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::fact::{CallFact, Fact, FactKind, HazardStanding, name_of};
use super::time::{HOUR_MS, format_rfc3339, hour_of};
use super::{Answer, Force, Person, Shift};

macro_rules! figures {
    ($($variant:ident = $name:literal, $version:literal, [$($kind:ident),*], $definition:literal;)*) => {
        /// A figure of the district.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Figure { $(#[doc = $definition] $variant,)* }

        impl Figure {
            /// All of them, in the order in which they are shown.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name as it travels.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The version of its definition: another one counts otherwise.
            #[must_use]
            pub const fn version(self) -> u32 {
                match self { $(Self::$variant => $version,)* }
            }

            /// What is counted.
            #[must_use]
            pub const fn definition(self) -> &'static str {
                match self { $(Self::$variant => $definition,)* }
            }

            /// The facts that it is counted from.
            #[must_use]
            pub const fn facts(self) -> &'static [FactKind] {
                match self { $(Self::$variant => &[$(FactKind::$kind,)*],)* }
            }
        }
    };
}

figures! {
    PatrolTurns = "patrol_turns", 1, [CheckIn, Arrival],
        "Distinct person and shift of police and auxiliaries with an accepted check-in or an arrival in the window.";
    PersonnelActive = "personnel_active", 1, [Person],
        "Distinct persons who serve at the end of the window, or now where that is earlier.";
    ZonesActive = "zones_active", 1, [Zone],
        "Zones of the site; their coverage is the zone-hours with an accepted check-in of those planned.";
    Response = "response", 1, [Call],
        "Per tier the share of calls whose first arrival kept the limit; a missing arrival fails, drills and clues are apart.";
    DutyCoverage = "duty_coverage", 1, [Staffed],
        "Staffed time of the window's time, over all duty posts; a window that is not over is measured until now.";
    Campaigns = "campaigns", 1, [InspectionSubmitted],
        "Distinct campaigns with an inspection handed in in the window and not sent back.";
    VenueChecks = "venue_checks", 1, [InspectionApproved],
        "Distinct venue and campaign with an inspection handed in in the window that the desk took.";
    HazardsFound = "hazards_found", 1, [HazardFound],
        "Hazards found in the window; what was none is apart, and one that came up again is one.";
    HazardsClosed = "hazards_closed", 1, [HazardClosed],
        "Hazards closed in the window, whenever they were found.";
    HazardsOverdue = "hazards_overdue", 1, [HazardFound],
        "Hazards that are open and past their due time at the end of the window, or now where that is earlier.";
    PublicitySessions = "publicity_sessions", 1, [SessionVerified],
        "Publicity sessions held in the window and verified.";
    LeafletsDistributed = "leaflets_distributed", 1, [Leaflets],
        "Leaflets issued in the window, less those returned and wasted.";
    Consultations = "consultations", 1, [Consultation],
        "Questions answered at the duty posts in the window.";
    Ratings = "ratings", 1, [RatingAsked, RatingGiven],
        "Ratings given in the window of those asked for in it: a call of somebody's own that was closed, a lost thing that went back.";
    LostReturned = "lost_returned", 1, [LossReturned],
        "Lost things that went back in the window.";
    LostReturnMinutesMedian = "lost_return_minutes_median", 1, [LossReturned],
        "The middle one of the times from report to return of what went back in the window, in minutes.";
}

impl Figure {
    /// Whether a fact of one of its kinds is one that it counts.
    #[must_use]
    pub fn counts(self, fact: &Fact, window: &StatisticsWindow) -> bool {
        match self {
            Self::PersonnelActive => read_person(fact).is_some_and(|person| person.serves(window.end())),
            Self::ZonesActive | Self::DutyCoverage => true,
            Self::HazardsOverdue => is_open(fact, window.end()) && fact.value < window.end(),
            Self::HazardsFound => window.has(fact.at) && fact.party != HazardStanding::Void.as_str(),
            Self::Campaigns => window.has(fact.at) && !fact.subject.is_empty(),
            _ => window.has(fact.at),
        }
    }

    /// Whether turns of this force are counted: those of guards and volunteers stand apart.
    #[must_use]
    pub fn counts_turns_of(force: &str) -> bool {
        [Force::Police, Force::Auxiliary].iter().any(|counted| name_of(counted) == force)
    }

    /// The figure of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|figure| figure.as_str() == text)
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatisticsWindow {
    /// From when, UTC ms.
    pub from: i64,
    /// Until when, UTC ms, not included.
    pub to: i64,
    /// The log position as of which everything is counted.
    pub as_of: u64,
    /// The time of that, UTC ms: nothing after it can be known.
    pub now: i64,
    /// The site's time zone: hours are its.
    pub zone: Tz,
}

impl StatisticsWindow {
    /// When what holds "at the end" is looked at, UTC ms.
    #[must_use]
    pub fn end(&self) -> i64 {
        self.to.min(self.now)
    }

    /// Whether a time (UTC ms) lies in it.
    #[must_use]
    pub const fn has(&self, at: i64) -> bool {
        self.from <= at && at < self.to
    }
}

/// What the figures of a window are made of. A ledger reads it from its indexes; [`Counted::of_facts`] makes it of all facts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counted {
    /// Turns of each person: distinct shifts with a check-in or an arrival in the window.
    pub turns: BTreeMap<String, u64>,
    /// The force of each person who was ever known.
    pub forces: BTreeMap<String, String>,
    /// By zone, a moment in each quarter of an hour of the window that has a check-in at least, UTC ms.
    pub seen: BTreeMap<String, Vec<i64>>,
    /// When somebody was to be in a zone: zone, from and until when, UTC ms.
    pub planned: BTreeSet<(String, i64, i64)>,
    /// All other facts that may matter: of the window, and those that begin before it and may reach into it.
    pub facts: Vec<Fact>,
}

impl Counted {
    /// How long before the window something may have begun that is part of it, ms: a shift and its grace.
    pub const REACH_MS: i64 = 2 * Shift::MAX_MS;

    /// Of all facts there are.
    #[must_use]
    pub fn of_facts(facts: &[Fact], window: &StatisticsWindow) -> Self {
        let mut counted = Self::default();
        let mut turns: BTreeSet<(&str, &str)> = BTreeSet::new();
        let shifts: Vec<_> = facts.iter().filter(|fact| fact.kind == FactKind::Shift).collect();
        for fact in facts {
            match fact.kind {
                FactKind::CheckIn if window.has(fact.at) => {
                    if !fact.subject.is_empty() {
                        turns.insert((&fact.party, &fact.subject));
                    }
                    counted.seen.entry(fact.place.clone()).or_default().push(fact.at);
                }
                FactKind::Arrival if window.has(fact.at) => {
                    let own = shifts.iter().copied().filter(|shift| shift.subject == fact.party);
                    turns.extend(shift_at(own, fact.at).map(|shift| (fact.party.as_str(), shift)));
                }
                FactKind::CheckIn | FactKind::Arrival | FactKind::Shift => {}
                FactKind::Person => {
                    counted.forces.insert(fact.subject.clone(), fact.party.clone());
                    counted.facts.push(fact.clone());
                }
                FactKind::Planned => {
                    counted.planned.insert((fact.place.clone(), fact.at, fact.until.unwrap_or(fact.at)));
                }
                _ => counted.facts.push(fact.clone()),
            }
        }
        for (person, _) in turns {
            *counted.turns.entry(person.to_owned()).or_default() += 1;
        }
        counted
    }

    fn of(&self, kind: FactKind) -> impl Iterator<Item = &Fact> {
        self.facts.iter().filter(move |fact| fact.kind == kind)
    }

    fn within<'a>(&'a self, kind: FactKind, window: &'a StatisticsWindow) -> impl Iterator<Item = &'a Fact> {
        self.of(kind).filter(|fact| window.has(fact.at))
    }
}

/// The shift that somebody was on at a time (UTC ms), of the facts of their own shifts; the one that began last.
#[must_use]
pub fn shift_at<'a>(own: impl Iterator<Item = &'a Fact>, at: i64) -> Option<&'a str> {
    let is_on = |shift: &&Fact| shift.at <= at && shift.until.map_or(at < shift.at.saturating_add(Shift::MAX_MS), |until| at <= until);
    own.filter(is_on).max_by_key(|shift| (shift.at, &shift.party)).map(|shift| shift.party.as_str())
}

/// How many of how many.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Share {
    /// Those that are held to it.
    pub calls: u64,
    /// Surely kept.
    pub met: u64,
    /// Surely not, or nobody came.
    pub missed: u64,
    /// The clocks do not say.
    pub uncertain: u64,
    /// Surely kept, of all; absent where there are none.
    pub share: Option<f64>,
}

impl Share {
    fn of(answers: impl Iterator<Item = Answer>) -> Self {
        let mut share = Self::default();
        for answer in answers {
            share.calls += 1;
            match answer {
                Answer::Met => share.met += 1,
                Answer::Missed => share.missed += 1,
                Answer::Uncertain => share.uncertain += 1,
            }
        }
        Self { share: ratio(share.met, share.calls), ..share }
    }
}

/// One tier of the response.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TierFigure {
    /// Its name in the standard.
    pub name: String,
    /// Its limit, seconds.
    pub limit_s: u32,
    /// From when the call was received.
    pub from_received: Share,
    /// From when somebody was first sent.
    pub from_dispatched: Share,
}

/// The response to calls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResponseFigure {
    /// Calls that ask for somebody, drills not among them.
    pub calls: u64,
    /// Drills.
    pub exercises: u64,
    /// The tiers, by limit and name.
    pub tiers: Vec<TierFigure>,
    /// The middle one of the times from received to the first arrival, seconds; absent where nobody came.
    pub median_s: Option<f64>,
    /// Nine of ten are not longer, seconds.
    pub p90_s: Option<f64>,
}

/// What those say who were helped.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RatingFigure {
    /// How often somebody was asked.
    pub asked: u64,
    /// How often somebody answered.
    pub given: u64,
    /// Given, of asked; absent where nobody was. A window may have answers to what was asked before it.
    pub share: Option<f64>,
    /// The middle one, 1 to 5; absent where there are none.
    pub median: Option<f64>,
}

/// Hours in which somebody was to be in a zone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CoverageFigure {
    /// Zone-hours in which somebody was to be there.
    pub planned: u64,
    /// Those of them in which somebody was.
    pub covered: u64,
    /// Covered, of planned; absent where nothing was.
    pub share: Option<f64>,
}

/// A time without anybody, UTC ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Gap {
    /// From when.
    pub from: i64,
    /// Until when, not included.
    pub to: i64,
}

/// One post.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PostFigure {
    /// The post.
    pub post: String,
    /// Staffed, minutes.
    pub staffed_min: f64,
    /// Of so many.
    pub window_min: f64,
    /// Every time without anybody.
    pub gaps: Vec<Gap>,
}

/// All posts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DutyFigure {
    /// Post by post.
    pub posts: Vec<PostFigure>,
}

/// What stands beside the figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Details {
    /// Turns by force; `unknown` for whoever the personnel base never named.
    pub turns_by_force: BTreeMap<String, u64>,
    /// Those who serve, by trade; who has two is in both.
    pub personnel_by_trade: BTreeMap<String, u64>,
    /// The coverage of the zones.
    pub coverage: CoverageFigure,
    /// The duty posts.
    pub duty: DutyFigure,
    /// Hazards found in the window that were none.
    pub hazards_void: u64,
    /// Hazards that are open at the end.
    pub hazards_open: u64,
    /// The middle one of the times from found to closed, days.
    pub hazard_days_to_close_median: Option<f64>,
    /// Losses reported in the window and not withdrawn.
    pub losses_reported: u64,
    /// Returned in the window, of reported in it.
    pub recovery_rate: Option<f64>,
}

/// The figures of a window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Statistics {
    /// From when, RFC 3339.
    pub from: String,
    /// Until when, RFC 3339, not included.
    pub to: String,
    /// The log position as of which they hold.
    pub as_of: u64,
    /// 出动警力
    pub patrol_turns: u64,
    /// 安保力量
    pub personnel_active: u64,
    /// 网格巡逻区
    pub zones_active: u64,
    /// 1、3、5分钟
    pub response: ResponseFigure,
    /// 365天×24小时值守: 1 where no minute was without somebody; absent where there is no post, or no time yet.
    pub duty_coverage: Option<f64>,
    /// 安全检查、集中清查
    pub campaigns: u64,
    /// 检查场所
    pub venue_checks: u64,
    /// 隐患
    pub hazards_found: u64,
    /// 隐患, 销号
    pub hazards_closed: u64,
    /// 动态清零 where it is 0
    pub hazards_overdue: u64,
    /// 宣传
    pub publicity_sessions: u64,
    /// 宣传单页
    pub leaflets_distributed: u64,
    /// 咨询
    #[serde(default)]
    pub consultations: u64,
    /// 口碑
    #[serde(default)]
    pub ratings: RatingFigure,
    /// 寻回
    pub lost_returned: u64,
    /// 寻回, minutes; absent where nothing went back.
    pub lost_return_minutes_median: Option<f64>,
    /// What stands beside them.
    pub details: Details,
    /// The version of each figure's definition.
    pub definitions: BTreeMap<String, u32>,
}

impl Statistics {
    /// Counts the figures of a window.
    #[must_use]
    pub fn count(counted: &Counted, window: &StatisticsWindow) -> Self {
        let turns_by_force = turns_by_force(counted);
        let serving = serving(counted, window.end());
        let duty = duty(counted, window);
        let number = |kind| length(counted.within(kind, window));
        let hazards =
            |standing: HazardStanding| counted.within(FactKind::HazardFound, window).filter(move |fact| fact.party == standing.as_str());
        let (hazards_void, lost_returned) = (length(hazards(HazardStanding::Void)), number(FactKind::LossReturned));
        let losses_reported = number(FactKind::LossReported);
        let of_values = |kind, unit: f64| median(counted.within(kind, window).map(|fact| real(fact.value) / unit).collect());
        let mut personnel_by_trade: BTreeMap<String, u64> = BTreeMap::new();
        for trade in serving.iter().flat_map(|person| &person.trades) {
            *personnel_by_trade.entry(name_of(trade)).or_default() += 1;
        }
        Self {
            from: format_rfc3339(window.from),
            to: format_rfc3339(window.to),
            as_of: window.as_of,
            patrol_turns: turns_by_force.iter().filter(|(force, _)| Figure::counts_turns_of(force)).map(|(_, turns)| turns).sum(),
            personnel_active: length(serving.iter()),
            zones_active: length(counted.of(FactKind::Zone)),
            response: response(counted, window),
            duty_coverage: duty_share(&duty),
            campaigns: distinct(counted.within(FactKind::InspectionSubmitted, window).filter(|fact| !fact.subject.is_empty()), |fact| {
                (&fact.subject, "")
            }),
            venue_checks: distinct(counted.within(FactKind::InspectionApproved, window), |fact| (&fact.subject, &fact.party)),
            hazards_found: number(FactKind::HazardFound) - hazards_void,
            hazards_closed: number(FactKind::HazardClosed),
            hazards_overdue: length(open_hazards(counted, window.end()).filter(|fact| fact.value < window.end())),
            publicity_sessions: number(FactKind::SessionVerified),
            leaflets_distributed: counted.within(FactKind::Leaflets, window).map(|fact| fact.value.unsigned_abs()).sum(),
            consultations: number(FactKind::Consultation),
            ratings: ratings(counted, window),
            lost_returned,
            lost_return_minutes_median: of_values(FactKind::LossReturned, 60_000.0),
            details: Details {
                personnel_by_trade,
                coverage: coverage(counted, window),
                duty,
                hazards_void,
                hazards_open: length(open_hazards(counted, window.end())),
                hazard_days_to_close_median: of_values(FactKind::HazardClosed, 86_400_000.0),
                losses_reported,
                recovery_rate: ratio(lost_returned, losses_reported),
                turns_by_force,
            },
            definitions: Figure::ALL.iter().map(|figure| (figure.as_str().to_owned(), figure.version())).collect(),
        }
    }

    /// A figure as one number; none where there is nothing to say, or it is more than one.
    #[must_use]
    pub fn number(&self, figure: Figure) -> Option<f64> {
        let whole = |value: u64| Some(real(i64::try_from(value).unwrap_or(i64::MAX)));
        match figure {
            Figure::PatrolTurns => whole(self.patrol_turns),
            Figure::PersonnelActive => whole(self.personnel_active),
            Figure::ZonesActive => whole(self.zones_active),
            Figure::Response | Figure::Ratings => None,
            Figure::DutyCoverage => self.duty_coverage,
            Figure::Campaigns => whole(self.campaigns),
            Figure::VenueChecks => whole(self.venue_checks),
            Figure::HazardsFound => whole(self.hazards_found),
            Figure::HazardsClosed => whole(self.hazards_closed),
            Figure::HazardsOverdue => whole(self.hazards_overdue),
            Figure::PublicitySessions => whole(self.publicity_sessions),
            Figure::LeafletsDistributed => whole(self.leaflets_distributed),
            Figure::Consultations => whole(self.consultations),
            Figure::LostReturned => whole(self.lost_returned),
            Figure::LostReturnMinutesMedian => self.lost_return_minutes_median,
        }
    }
}

fn turns_by_force(counted: &Counted) -> BTreeMap<String, u64> {
    let mut turns: BTreeMap<String, u64> = BTreeMap::new();
    for (person, count) in &counted.turns {
        let force = counted.forces.get(person).map_or("unknown", String::as_str);
        *turns.entry(force.to_owned()).or_default() += count;
    }
    turns
}

fn serving(counted: &Counted, at: i64) -> Vec<Person> {
    counted.of(FactKind::Person).filter_map(read_person).filter(|person| person.serves(at)).collect()
}

fn open_hazards(counted: &Counted, end: i64) -> impl Iterator<Item = &Fact> {
    counted.of(FactKind::HazardFound).filter(move |fact| is_open(fact, end))
}

/// Whether a hazard was open then. One that was closed later was.
fn is_open(fact: &Fact, end: i64) -> bool {
    fact.at < end && fact.until.map_or(fact.party == HazardStanding::Open.as_str(), |closed| end <= closed)
}

fn read_person(fact: &Fact) -> Option<Person> {
    Person::read(serde_json::from_str(fact.detail.as_deref()?).ok()?)
}

fn ratings(counted: &Counted, window: &StatisticsWindow) -> RatingFigure {
    let stars: Vec<f64> = counted.within(FactKind::RatingGiven, window).map(|fact| real(fact.value)).collect();
    let (asked, given) = (length(counted.within(FactKind::RatingAsked, window)), length(stars.iter()));
    RatingFigure { asked, given, share: ratio(given, asked), median: median(stars) }
}

/// From received, and from dispatched.
type Answers = (Vec<Answer>, Vec<Answer>);

fn response(counted: &Counted, window: &StatisticsWindow) -> ResponseFigure {
    let read = |fact: &Fact| serde_json::from_str::<CallFact>(fact.detail.as_deref()?).ok();
    let (exercises, calls): (Vec<_>, Vec<_>) =
        counted.within(FactKind::Call, window).filter_map(read).partition(|call: &CallFact| call.exercise);
    let mut tiers: BTreeMap<(u32, &str), Answers> = BTreeMap::new();
    for tier in calls.iter().flat_map(|call| &call.tiers) {
        let (received, dispatched) = tiers.entry((tier.limit_s, &tier.name)).or_default();
        received.extend(tier.from_received);
        dispatched.extend(tier.from_dispatched);
    }
    let took: Vec<f64> = calls.iter().filter_map(|call| call.took_ms).map(|ms| real(ms) / 1000.0).collect();
    ResponseFigure {
        calls: length(calls.iter()),
        exercises: length(exercises.iter()),
        tiers: tiers
            .into_iter()
            .map(|((limit_s, name), (received, dispatched))| TierFigure {
                name: name.to_owned(),
                limit_s,
                from_received: Share::of(received.into_iter()),
                from_dispatched: Share::of(dispatched.into_iter()),
            })
            .collect(),
        p90_s: nine_of_ten(took.clone()),
        median_s: median(took),
    }
}

/// Hours are the site's. Each is planned where any part of it is, and covered by one check-in.
fn coverage(counted: &Counted, window: &StatisticsWindow) -> CoverageFigure {
    let mut hours = Vec::new();
    let mut hour = hour_of(window.from, window.zone);
    while hour < window.to {
        hours.push(hour);
        hour = hour_of(hour.saturating_add(HOUR_MS), window.zone);
    }
    let place = |at: i64| hours.partition_point(|hour| *hour <= at).saturating_sub(1);
    let mut zones: BTreeMap<&str, Vec<(bool, bool)>> = BTreeMap::new();
    for (zone, from, to) in &counted.planned {
        let (start, end) = ((*from).max(window.from), (*to).min(window.to));
        if start >= end {
            continue;
        }
        let of_zone = zones.entry(zone).or_insert_with(|| vec![(false, false); hours.len()]);
        let (first, after) = (place(start), hours.partition_point(|hour| *hour < end));
        of_zone.iter_mut().take(after).skip(first).for_each(|(planned, _)| *planned = true);
    }
    for (zone, moments) in &counted.seen {
        let Some(of_zone) = zones.get_mut(zone.as_str()) else { continue };
        for at in moments {
            if let Some((_, seen)) = of_zone.get_mut(place(*at)) {
                *seen = true;
            }
        }
    }
    let (planned, covered) = (
        length(zones.values().flatten().filter(|(planned, _)| *planned)),
        length(zones.values().flatten().filter(|(planned, seen)| *planned && *seen)),
    );
    CoverageFigure { planned, covered, share: ratio(covered, planned) }
}

/// What a shift that nobody ended staffs is known until now, and no longer than a shift may last.
fn duty(counted: &Counted, window: &StatisticsWindow) -> DutyFigure {
    let mut staffed: BTreeMap<&str, Vec<(i64, i64)>> = BTreeMap::new();
    let reach = window.from.saturating_sub(Counted::REACH_MS);
    for fact in counted.of(FactKind::Staffed).filter(|fact| fact.at >= reach) {
        let until = fact.until.unwrap_or_else(|| fact.at.saturating_add(Shift::MAX_MS).min(window.now));
        staffed.entry(&fact.subject).or_default().push((fact.at, until));
    }
    let mut posts = Vec::new();
    for post in counted.of(FactKind::Post) {
        let (from, to) = (window.from, window.end().min(post.until.unwrap_or(i64::MAX)));
        if from >= to {
            continue;
        }
        let gaps = gaps(staffed.remove(post.subject.as_str()).unwrap_or_default(), from, to);
        let away: i64 = gaps.iter().map(|gap| gap.to - gap.from).sum();
        let minutes = |ms: i64| real(ms) / 60_000.0;
        posts.push(PostFigure { post: post.subject.clone(), staffed_min: minutes(to - from - away), window_min: minutes(to - from), gaps });
    }
    posts.sort_by(|a, b| a.post.cmp(&b.post));
    DutyFigure { posts }
}

fn gaps(mut spans: Vec<(i64, i64)>, from: i64, to: i64) -> Vec<Gap> {
    spans.sort_unstable();
    let (mut gaps, mut reached) = (Vec::new(), from);
    for (start, end) in spans.into_iter().filter(|(start, end)| start < end) {
        if start > reached && reached < to {
            gaps.push(Gap { from: reached, to: start.min(to) });
        }
        reached = reached.max(end);
    }
    if reached < to {
        gaps.push(Gap { from: reached, to });
    }
    gaps
}

fn duty_share(duty: &DutyFigure) -> Option<f64> {
    let sum = |of: fn(&PostFigure) -> f64| duty.posts.iter().map(of).sum::<f64>();
    (!duty.posts.is_empty()).then(|| sum(|post| post.staffed_min) / sum(|post| post.window_min))
}

fn length<T>(items: impl Iterator<Item = T>) -> u64 {
    items.count() as u64
}

fn distinct<'a>(facts: impl Iterator<Item = &'a Fact>, of: impl Fn(&'a Fact) -> (&'a str, &'a str)) -> u64 {
    length(facts.map(of).collect::<BTreeSet<_>>().into_iter())
}

#[allow(clippy::cast_precision_loss, reason = "counts and spans of a district are far below 2^52")]
const fn real(value: i64) -> f64 {
    value as f64
}

fn ratio(part: u64, whole: u64) -> Option<f64> {
    let number = |value: u64| real(i64::try_from(value).unwrap_or(i64::MAX));
    (whole > 0).then(|| number(part) / number(whole))
}

/// The middle one; the mean of both where there are two.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    let lower = *values.get((values.len() - 1) / 2)?;
    Some(f64::midpoint(lower, upper))
}

/// The least that nine of ten do not pass.
fn nine_of_ten(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get((values.len() * 9).div_ceil(10).checked_sub(1)?).copied()
}
