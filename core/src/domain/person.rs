//! The personnel base: who serves, in which force, with which roles, since when.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Bilingual;

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
    /// The zones in which they serve.
    #[serde(default)]
    pub zones: Vec<String>,
    /// The security company that a guard comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// Whether they serve.
    pub status: PersonStatus,
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
        self.status == PersonStatus::Active
            && self
                .roles
                .iter()
                .any(|held| any_of.contains(&held.role) && held.from.is_none_or(|from| from <= at) && held.to.is_none_or(|to| at < to))
    }
}
