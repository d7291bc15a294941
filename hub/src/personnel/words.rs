//! The words of a personnel table in both languages: column names, and what stands in them.

use liuye_core::domain::{Force, PersonStatus, Role, Trade};

/// The columns, with the names that they go by beside their own.
pub(super) const COLUMNS: &[(&str, &[&str])] = &[
    ("id", &["编号", "人员编号", "person"]),
    ("name_zh", &["姓名", "中文姓名", "name"]),
    ("name_en", &["英文姓名", "拼音", "english name"]),
    ("force", &["队伍", "队伍类别", "身份", "人员类别"]),
    ("trades", &["力量", "四类力量", "岗位类别", "trade"]),
    ("roles", &["角色", "权限", "role"]),
    ("zones", &["网格", "网格巡逻区", "巡逻区", "zone"]),
    ("company", &["公司", "保安公司", "单位"]),
    ("certificates", &["证书", "证件", "资格证书", "certificate"]),
    ("status", &["状态", "在岗状态"]),
    ("since", &["生效日期", "自", "effective"]),
];

/// Words for the values of a column, the first of each in its own language's table.
type Words<T> = &'static [(T, &'static str, &'static str)];

pub(super) const FORCES: Words<Force> = &[
    (Force::Police, "police", "民警"),
    (Force::Auxiliary, "auxiliary", "辅警"),
    (Force::Guard, "guard", "保安"),
    (Force::Volunteer, "volunteer", "志愿者"),
];

pub(super) const TRADES: Words<Trade> = &[
    (Trade::Patrol, "patrol", "巡逻防控"),
    (Trade::SafetyCheck, "safety_check", "安全检查"),
    (Trade::LegalPublicity, "legal_publicity", "法治宣传"),
    (Trade::EmergencyRescue, "emergency_rescue", "应急救援"),
];

pub(super) const ROLES: Words<Role> = &[
    (Role::Guard, "guard", "保安"),
    (Role::Volunteer, "volunteer", "志愿者"),
    (Role::Auxiliary, "auxiliary", "辅警"),
    (Role::Inspector, "inspector", "检查员"),
    (Role::Desk, "desk", "值班员"),
    (Role::Commander, "commander", "指挥员"),
    (Role::Admin, "admin", "管理员"),
    (Role::Auditor, "auditor", "审计员"),
];

pub(super) const STATUSES: Words<PersonStatus> =
    &[(PersonStatus::Active, "active", "在岗"), (PersonStatus::Suspended, "suspended", "停职"), (PersonStatus::Left, "left", "离职")];

/// What stands where somebody holds no role.
pub(super) const NONE: (&str, &str) = ("none", "无");

/// The value of a word in either language.
pub(super) fn value<T: Copy>(words: Words<T>, text: &str) -> Option<T> {
    words.iter().find(|(_, en, zh)| text.eq_ignore_ascii_case(en) || text == *zh).map(|(value, ..)| *value)
}

/// The English word of a value.
pub(super) fn word<T: PartialEq>(words: Words<T>, value: &T) -> &'static str {
    words.iter().find(|(known, ..)| known == value).map_or("", |(_, en, _)| en)
}
