//! What comes in with a call: how, about what, how bad it is taken to be, and where.

use serde::{Deserialize, Serialize};

use super::Text;
use crate::{Code, Error, Result};

/// How a call came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CallSource {
    /// By this app.
    #[serde(rename = "app")]
    App,
    /// Passed on by 110 and entered by hand.
    #[serde(rename = "dial_110")]
    Dial110,
    /// 线索: nobody asks for help, somebody knows something. No clock runs.
    #[serde(rename = "clue")]
    Clue,
}

/// What a call is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallCategory {
    /// 急病受伤
    Medical,
    /// 落水
    Drowning,
    /// 人员走失
    LostPerson,
    /// 火情
    Fire,
    /// 交通
    Traffic,
    /// 拥挤踩踏
    Crowding,
    /// 纠纷
    Quarrel,
    /// 盗窃
    Theft,
    /// 诈骗
    Fraud,
    /// 打架斗殴
    Affray,
    /// 寻衅滋事
    ProvokingTrouble,
    /// 欺行霸市
    MarketBullying,
    /// 涉黄
    Vice,
    /// 涉赌
    Gambling,
    /// 涉毒
    Drugs,
    /// 其他
    Other,
}

impl CallCategory {
    /// Whether it may be an offence: the case then goes on elsewhere, by a referral number.
    #[must_use]
    pub const fn is_offence(self) -> bool {
        use CallCategory::{Affray, Drugs, Fraud, Gambling, MarketBullying, ProvokingTrouble, Theft, Vice};
        matches!(self, Theft | Fraud | Affray | ProvokingTrouble | MarketBullying | Vice | Gambling | Drugs)
    }

    /// How bad it is taken to be before anybody has looked at it.
    #[must_use]
    pub const fn first_severity(self) -> Severity {
        match self {
            Self::Drowning | Self::Fire | Self::Crowding | Self::Medical => Severity::Critical,
            Self::LostPerson | Self::Traffic | Self::Affray | Self::Other => Severity::Urgent,
            _ => Severity::General,
        }
    }
}

/// How bad a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Somebody's life may depend on it.
    Critical,
    /// It cannot wait.
    Urgent,
    /// It can.
    General,
}

/// A call as it comes in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRecord {
    /// How it came.
    pub source: CallSource,
    /// What it is about.
    pub category: CallCategory,
    /// What happened; at most 2,000 characters. Who needs help may have no time to type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where, in words; at most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The zone, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// When 110 took it, by 110's clock, UTC ms; only for what 110 passed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_at: Option<i64>,
    /// A drill: it never enters a figure.
    #[serde(default, skip_serializing_if = "is_false")]
    pub exercise: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
pub(super) const fn is_false(value: &bool) -> bool {
    !*value
}

impl CallRecord {
    pub(super) fn normalised(self, now: i64) -> Result<Self> {
        match self.told_at {
            Some(_) if self.source != CallSource::Dial110 => {
                return Err(Error::field(Code::Malformed, "told_at", "only for what 110 passed on"));
            }
            Some(told) if told > now => return Err(Error::field(Code::TimeInFuture, "told_at", "not after now")),
            _ => {}
        }
        if self.source == CallSource::Clue && self.description.as_deref().is_none_or(|text| text.trim().is_empty()) {
            return Err(Error::field(Code::Missing, "description", "a clue says something"));
        }
        Ok(Self {
            description: Text::optional_lines("description", self.description.as_deref(), 2000)?.map(Text::into_string),
            place: Text::optional("place", self.place.as_deref(), 500)?.map(Text::into_string),
            zone: Text::optional("zone", self.zone.as_deref(), 64)?.map(Text::into_string),
            ..self
        })
    }
}
