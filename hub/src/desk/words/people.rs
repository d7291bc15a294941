//! The words of the personnel base, of rosters and of devices.

use liuye_core::domain::{Force, PersonStatus, Role, ShiftState, Trade};

use super::Lang;
use crate::ledger::DeviceRow;
use crate::personnel::RowOutcome;

/// The forces, by what travels.
pub(crate) const FORCES: [(&str, Force); 4] =
    [("police", Force::Police), ("auxiliary", Force::Auxiliary), ("guard", Force::Guard), ("volunteer", Force::Volunteer)];

/// The trades, by what travels.
pub(crate) const TRADES: [(&str, Trade); 4] = [
    ("patrol", Trade::Patrol),
    ("safety_check", Trade::SafetyCheck),
    ("legal_publicity", Trade::LegalPublicity),
    ("emergency_rescue", Trade::EmergencyRescue),
];

/// Whether somebody serves, by what travels.
pub(crate) const STATUSES: [(&str, PersonStatus); 3] =
    [("active", PersonStatus::Active), ("suspended", PersonStatus::Suspended), ("left", PersonStatus::Left)];

impl Lang {
    /// A force.
    pub(crate) const fn force(self, force: Force) -> &'static str {
        match force {
            Force::Police => self.pick("民警", "Police"),
            Force::Auxiliary => self.pick("辅警", "Auxiliary"),
            Force::Guard => self.pick("保安", "Guard"),
            Force::Volunteer => self.pick("志愿者", "Volunteer"),
        }
    }

    /// A trade.
    pub(crate) const fn trade(self, trade: Trade) -> &'static str {
        match trade {
            Trade::Patrol => self.pick("巡逻防控", "Patrol"),
            Trade::SafetyCheck => self.pick("安全检查", "Safety checks"),
            Trade::LegalPublicity => self.pick("法治宣传", "Legal publicity"),
            Trade::EmergencyRescue => self.pick("应急救援", "Emergency rescue"),
        }
    }

    /// A role.
    pub(crate) const fn role(self, role: Role) -> &'static str {
        match role {
            Role::Tourist => self.pick("游客", "Tourist"),
            Role::Guard => self.pick("保安", "Guard"),
            Role::Volunteer => self.pick("志愿者", "Volunteer"),
            Role::Auxiliary => self.pick("辅警", "Auxiliary"),
            Role::VenueOperator => self.pick("商户", "Venue operator"),
            Role::Inspector => self.pick("检查员", "Inspector"),
            Role::Desk => self.pick("值班员", "Duty officer"),
            Role::Commander => self.pick("指挥员", "Commander"),
            Role::Admin => self.pick("管理员", "Admin"),
            Role::Auditor => self.pick("审计员", "Auditor"),
        }
    }

    /// Whether somebody serves.
    pub(crate) const fn person_status(self, status: PersonStatus) -> &'static str {
        match status {
            PersonStatus::Active => self.pick("在岗", "Serves"),
            PersonStatus::Suspended => self.pick("停职", "Suspended"),
            PersonStatus::Left => self.pick("离职", "Has left"),
        }
    }

    /// Where a shift stands, and how that looks.
    pub(crate) const fn shift_state(self, state: ShiftState) -> (&'static str, &'static str) {
        match state {
            ShiftState::Planned => (self.pick("已排班", "Planned"), "wait"),
            ShiftState::Active => (self.pick("在岗", "On duty"), "good"),
            ShiftState::Ended => (self.pick("已下岗", "Ended"), "quiet"),
            ShiftState::NoShow => (self.pick("未到岗", "Did not come"), "bad"),
            ShiftState::Cancelled => (self.pick("已取消", "Called off"), "quiet"),
        }
    }

    /// How a device stands, and how that looks.
    pub(crate) const fn device_state(self, device: &DeviceRow) -> (&'static str, &'static str) {
        match (device.revoked_at, device.wipe, device.wipe_told_at) {
            (None, ..) => (self.pick("在用", "In use"), "good"),
            (Some(_), false, _) => (self.pick("已停用", "Revoked"), "bad"),
            (Some(_), true, None) => (self.pick("已停用，待擦除", "Revoked, to be wiped"), "bad"),
            (Some(_), true, Some(_)) => (self.pick("已停用，已通知擦除", "Revoked, told to wipe itself"), "bad"),
        }
    }

    /// What became of a row of a table, and how that looks.
    pub(crate) const fn row_outcome(self, outcome: &RowOutcome) -> (&'static str, &'static str) {
        match outcome {
            RowOutcome::Added => (self.pick("新增", "Added"), "good"),
            RowOutcome::Changed => (self.pick("更新", "Changed"), "wait"),
            RowOutcome::Unchanged => (self.pick("无变化", "Unchanged"), "quiet"),
            RowOutcome::Refused(_) => (self.pick("未接受", "Refused"), "bad"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_choice_travels_by_is_what_the_domain_calls_it() {
        let is_so = |tag: &str, value: serde_json::Value| assert_eq!(value, tag);
        FORCES.into_iter().for_each(|(tag, force)| is_so(tag, serde_json::to_value(force).unwrap()));
        TRADES.into_iter().for_each(|(tag, trade)| is_so(tag, serde_json::to_value(trade).unwrap()));
        STATUSES.into_iter().for_each(|(tag, status)| is_so(tag, serde_json::to_value(status).unwrap()));
    }
}
