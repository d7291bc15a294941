//! The personnel base: who serves, in which force, with which roles, since when.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::time::holds;
use super::{Bilingual, Text};
use crate::{Code, Error, Result};

/// The four forces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Force {
    /// 民警
    Police,
    /// 辅警
    Auxiliary,
    /// 保安
    Guard,
    /// 志愿者
    Volunteer,
}

/// The four trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trade {
    /// 巡逻防控
    Patrol,
    /// 安全检查
    SafetyCheck,
    /// 法治宣传
    LegalPublicity,
    /// 应急救援
    EmergencyRescue,
}

macro_rules! roles {
    ($($(#[$doc:meta])* $variant:ident = $text:literal;)*) => {
        /// What a person may do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Role { $($(#[$doc])* $variant,)* }

        impl Role {
            /// All roles.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name as it travels.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The role of that name.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|role| role.as_str() == text)
            }
        }
    };
}

roles! {
    /// Reports a loss, claims, calls for help; sees their own alone.
    Tourist = "tourist";
    /// 保安: checks in, reports, hands in.
    Guard = "guard";
    /// 志愿者: as a guard.
    Volunteer = "volunteer";
    /// 辅警: also assists, registers, drafts hazards.
    Auxiliary = "auxiliary";
    /// 商户: sees one hazard by a link.
    VenueOperator = "venue_operator";
    /// 民警检查员: also assigns and re-inspects hazards.
    Inspector = "inspector";
    /// 值班员: dispatches, releases, resolves.
    Desk = "desk";
    /// 指挥员: verifies, approves.
    Commander = "commander";
    /// Accounts, devices, zones, personnel; no case content.
    Admin = "admin";
    /// Reads everything, each reading logged.
    Auditor = "auditor";
}

impl Role {
    /// Whoever may record anything: all but those who only read.
    pub const RECORDING: &'static [Self] = &[
        Self::Tourist,
        Self::Guard,
        Self::Volunteer,
        Self::Auxiliary,
        Self::VenueOperator,
        Self::Inspector,
        Self::Desk,
        Self::Commander,
        Self::Admin,
    ];
    /// Whoever serves in the district, outdoors or at the desk.
    pub const SERVING: &'static [Self] = &[Self::Guard, Self::Volunteer, Self::Auxiliary, Self::Inspector, Self::Desk, Self::Commander];
    /// Whoever goes on patrol.
    pub const PATROLLING: &'static [Self] = &[Self::Guard, Self::Volunteer, Self::Auxiliary, Self::Inspector];
}

/// A role that a person holds for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleAssignment {
    /// The role.
    pub role: Role,
    /// From when on (RFC 3339 with an offset); always, where absent.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "super::time::optional")]
    pub from: Option<i64>,
    /// Until when; still, where absent.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "super::time::optional")]
    pub to: Option<i64>,
}

/// Whether a person serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonStatus {
    /// Serves.
    Active,
    /// Does not serve for now.
    Suspended,
    /// Has left.
    Left,
}

/// A zone in which a person serves for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneAssignment {
    /// The zone.
    pub zone: String,
    /// From when on (RFC 3339 with an offset); always, where absent.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "super::time::optional")]
    pub from: Option<i64>,
    /// Until when; still, where absent.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "super::time::optional")]
    pub to: Option<i64>,
}

/// Since when a person serves, or no longer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusChange {
    /// Whether they serve from then on.
    pub status: PersonStatus,
    /// From when on (RFC 3339 with an offset).
    #[serde(with = "super::time::required")]
    pub from: i64,
}

/// What somebody may do by a paper, and for how long the paper is good. Its number is not kept: some issuers print the
/// holder's identity number there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// What it is, such as 保安员证; 1 to 100 characters.
    pub name: String,
    /// Good from (RFC 3339 with an offset); always, where absent.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "super::time::optional")]
    pub from: Option<i64>,
    /// Good until, not included; for ever, where absent.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "super::time::optional")]
    pub to: Option<i64>,
}

impl Certificate {
    /// Whether it is good at that time (UTC ms).
    #[must_use]
    pub fn is_good(&self, at: i64) -> bool {
        holds(self.from, self.to, at)
    }
}

/// An entry of the personnel base. It holds no phone and no identity number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Such as `p-001`.
    pub id: String,
    /// Their name.
    pub name: Bilingual,
    /// Their force.
    pub force: Force,
    /// One or more trades.
    pub trades: Vec<Trade>,
    /// What they may do, with since when and until when.
    pub roles: Vec<RoleAssignment>,
    /// The zones in which they serve; with a history, those of its last word, for whoever does not read histories.
    #[serde(default)]
    pub zones: Vec<String>,
    /// In which zones they served when. Where there is none, `zones` holds always.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zone_history: Vec<ZoneAssignment>,
    /// The security company that a guard comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// What they may do by a paper.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<Certificate>,
    /// Whether they serve; with a history, its last word.
    pub status: PersonStatus,
    /// When that changed, oldest first. Where there is none, `status` holds always.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub status_history: Vec<StatusChange>,
}

impl Person {
    /// A person as another version wrote them down, less the roles and trades that this one does not know; none where the rest
    /// cannot be read either.
    #[must_use]
    pub fn read(mut body: Value) -> Option<Self> {
        let keep = |list: Option<&mut Value>, is_known: fn(&Value) -> bool| {
            if let Some(Value::Array(items)) = list {
                items.retain(is_known);
            }
        };
        keep(body.get_mut("roles"), |role| RoleAssignment::deserialize(role).is_ok());
        keep(body.get_mut("trades"), |trade| Trade::deserialize(trade).is_ok());
        serde_json::from_value(body).ok()
    }

    /// Whether this person serves and held any of the roles at that time (UTC ms).
    #[must_use]
    pub fn holds(&self, any_of: &[Role], at: i64) -> bool {
        self.serves(at) && self.roles.iter().any(|held| any_of.contains(&held.role) && holds(held.from, held.to, at))
    }

    /// Whether this person serves at that time (UTC ms).
    #[must_use]
    pub fn serves(&self, at: i64) -> bool {
        self.status_at(at) == PersonStatus::Active
    }

    /// Their status at that time (UTC ms). Before the first change they served, unless it says that they came.
    #[must_use]
    pub fn status_at(&self, at: i64) -> PersonStatus {
        match (self.status_history.iter().rfind(|change| change.from <= at), self.status_history.first()) {
            (Some(change), _) => change.status,
            (None, None) => self.status,
            (None, Some(first)) if first.status == PersonStatus::Active => PersonStatus::Suspended,
            (None, Some(_)) => PersonStatus::Active,
        }
    }

    /// The zones in which they serve at that time (UTC ms).
    #[must_use]
    pub fn zones_at(&self, at: i64) -> Vec<String> {
        if self.zone_history.is_empty() {
            return self.zones.clone();
        }
        self.zone_history.iter().filter(|served| holds(served.from, served.to, at)).map(|served| served.zone.clone()).collect()
    }

    /// The roles that they hold at that time (UTC ms), whether they serve or not.
    #[must_use]
    pub fn roles_at(&self, at: i64) -> Vec<Role> {
        self.roles.iter().filter(|held| holds(held.from, held.to, at)).map(|held| held.role).collect()
    }

    /// The papers that end by then (UTC ms), those that have ended among them.
    pub fn papers_ending(&self, by: i64) -> impl Iterator<Item = &Certificate> {
        self.certificates.iter().filter(move |paper| paper.to.is_some_and(|to| to <= by))
    }

    /// Checks the entry by itself.
    ///
    /// # Errors
    /// A text's code at `name`, `company` or `certificates[n].name`; [`Code::Missing`] at `trades`;
    /// [`Code::TimeOrder`] at the `to`, or the later change of status, that stands in the wrong order.
    pub fn check(&self) -> Result<()> {
        self.name.check()?;
        if self.trades.is_empty() {
            return Err(Error::field(Code::Missing, "trades", "at least one"));
        }
        let roles = self.roles.iter().map(|held| (held.from, held.to));
        let zones = self.zone_history.iter().map(|served| (served.from, served.to));
        let papers = self.certificates.iter().map(|paper| (paper.from, paper.to));
        check_spans("roles", roles)?;
        check_spans("zone_history", zones)?;
        check_spans("certificates", papers)?;
        for (index, paper) in self.certificates.iter().enumerate() {
            Text::required("name", &paper.name, 100).map_err(|error| error.within(&format!("certificates[{index}]")))?;
        }
        if let Some(index) = self.status_history.windows(2).position(|pair| pair[0].from >= pair[1].from) {
            return Err(Error::field(Code::TimeOrder, format!("status_history[{}].from", index + 1), "after the change before it"));
        }
        Text::optional("company", self.company.as_deref(), 100).map(drop)
    }

    /// This entry as the next edition of `before`: what differs counts from `at` (UTC ms) on, and what was true until
    /// then is kept, because an operation is judged by what its author might do at its time. Histories that this entry
    /// brings itself stand as they are.
    #[must_use]
    pub fn succeeding(mut self, before: &Self, at: i64) -> Self {
        if self.status_history.is_empty() {
            self.status_history.clone_from(&before.status_history);
            if before.status_at(at) != self.status {
                self.status_history.retain(|change| change.from < at);
                self.status_history.push(StatusChange { status: self.status, from: at });
            }
        }
        if self.zone_history.is_empty() {
            self.zone_history.clone_from(&before.zone_history);
            if !is_same_set(&before.zones_at(at), &self.zones) {
                if self.zone_history.is_empty() {
                    let ever = |zone: &String| ZoneAssignment { zone: zone.clone(), from: None, to: None };
                    self.zone_history = before.zones.iter().map(ever).collect();
                }
                moved_on(&mut self.zone_history, &self.zones, at);
            }
        }
        self
    }

    /// Gives them exactly these roles from `at` (UTC ms) on; what they held until then is kept.
    pub fn assign_roles(&mut self, wanted: &[Role], at: i64) {
        if !is_same_set(&self.roles_at(at), wanted) {
            moved_on(&mut self.roles, wanted, at);
        }
    }
}

/// Something that a person has for a time.
trait Assignment {
    type What: PartialEq + Clone;
    fn new(what: Self::What, from: i64) -> Self;
    fn what(&self) -> &Self::What;
    fn span(&self) -> (Option<i64>, Option<i64>);
    fn end(&mut self, at: i64);
}

macro_rules! assignment {
    ($name:ident, $field:ident: $what:ty) => {
        impl Assignment for $name {
            type What = $what;

            fn new($field: $what, from: i64) -> Self {
                Self { $field, from: Some(from), to: None }
            }

            fn what(&self) -> &$what {
                &self.$field
            }

            fn span(&self) -> (Option<i64>, Option<i64>) {
                (self.from, self.to)
            }

            fn end(&mut self, at: i64) {
                self.to = Some(at);
            }
        }
    };
}

assignment!(RoleAssignment, role: Role);
assignment!(ZoneAssignment, zone: String);

/// Ends at `at` what is no longer wanted, and begins what is new.
fn moved_on<A: Assignment>(history: &mut Vec<A>, wanted: &[A::What], at: i64) {
    // What would begin later was planned under the old word: the new one takes its place.
    history.retain(|held| held.span().0.is_none_or(|from| from < at) || wanted.contains(held.what()) && held.span().0 == Some(at));
    for held in history.iter_mut() {
        let (from, to) = held.span();
        if holds(from, to, at) && !wanted.contains(held.what()) {
            held.end(at);
        }
    }
    for what in wanted {
        if !history.iter().any(|held| held.what() == what && holds(held.span().0, held.span().1, at)) {
            history.push(A::new(what.clone(), at));
        }
    }
}

fn is_same_set<T: PartialEq>(a: &[T], b: &[T]) -> bool {
    a.iter().all(|one| b.contains(one)) && b.iter().all(|one| a.contains(one))
}

fn check_spans(list: &str, spans: impl Iterator<Item = (Option<i64>, Option<i64>)>) -> Result<()> {
    for (index, span) in spans.enumerate() {
        if let (Some(from), Some(to)) = span
            && from >= to
        {
            return Err(Error::field(Code::TimeOrder, format!("{list}[{index}].to"), "after from"));
        }
    }
    Ok(())
}
