//! The district: its name, box, time zone and everything that is configuration.

use serde::{Deserialize, Serialize};

use super::{ChecklistItem, ResponseStandard};
use crate::log::PublicKey;

/// A name or sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Bilingual {
    /// zh-CN
    pub zh: String,
    /// English
    pub en: String,
}

/// A box in degrees, WGS-84.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SiteBox {
    /// Smallest longitude.
    pub west: f64,
    /// Smallest latitude.
    pub south: f64,
    /// Largest longitude.
    pub east: f64,
    /// Largest latitude.
    pub north: f64,
}

impl SiteBox {
    /// Whether the position (degrees) lies inside or on the border.
    #[must_use]
    pub fn contains(&self, lat: f64, lon: f64) -> bool {
        (self.south..=self.north).contains(&lat) && (self.west..=self.east).contains(&lon)
    }
}

/// One district.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Site {
    /// Such as `liuye-lake`.
    pub id: String,
    /// Its name.
    pub name: Bilingual,
    /// IANA name of the zone in which times are shown and days are cut.
    pub time_zone: String,
    /// All fixed points lie inside.
    #[serde(rename = "box")]
    pub bounds: SiteBox,
    /// What the QR tags of this site are signed with; set by the hub, never by a site file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag_key: Option<PublicKey>,
    /// The questions of a safety check.
    #[serde(default)]
    pub checklist: Vec<ChecklistItem>,
    /// 快反标准: how fast somebody is to be there.
    #[serde(default, skip_serializing_if = "ResponseStandard::is_default")]
    pub response: ResponseStandard,
    /// The values marked *(default)* in the rules.
    #[serde(default)]
    pub settings: Settings,
}

/// The configurable limits of a site. Each default is the value of the rule that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// A fix older than this is flagged, in seconds.
    pub fix_max_age_s: u32,
    /// A fix coarser than this is flagged, in metres.
    pub fix_max_accuracy_m: u32,
    /// Faster than this on foot is flagged, in metres a second.
    pub foot_max_mps: u32,
    /// Faster than this in a vehicle is flagged, in metres a second.
    pub vehicle_max_mps: u32,
    /// More scans than this within [`Settings::scans_window_s`] are flagged.
    pub scans_max: u32,
    /// The window of [`Settings::scans_max`], in seconds.
    pub scans_window_s: u32,
    /// The same person at the same checkpoint within this is one visit, in seconds.
    pub duplicate_window_s: u32,
    /// A clock that is off by more is flagged, in seconds.
    pub clock_offset_max_s: u32,
    /// Written further in the future than this is clamped and flagged, in seconds.
    pub clock_future_max_s: u32,
    /// Arrived later than this is flagged for review, in hours.
    pub late_after_h: u32,
    /// Held for longer than this is quarantined, in days.
    pub held_max_days: u32,
    /// The owner of a lost thing is erased so long after it went back, in days.
    pub contact_days: u32,
    /// A phone that asks for a PIN asks again when it was not used for this long, in seconds.
    pub app_lock_s: u32,
    /// An assignment that no phone has taken by then is for the radio, in seconds.
    pub reach_s: u32,
    /// Who is asked whether they are well has so long to answer, in seconds.
    pub welfare_grace_s: u32,
    /// Whoever has not come so long after a shift's start is no show, in minutes.
    pub no_show_after_min: u32,
    /// So long before its end an hour of a zone without a check-in is warned of, in minutes.
    pub coverage_warning_min: u32,
    /// From this hour of the day on it is night.
    pub night_from_h: u32,
    /// Until this hour.
    pub night_to_h: u32,
    /// A count of visitors says nothing after so long, in minutes.
    pub crowd_max_age_min: u32,
    /// Raw tracks are kept for so long, in days.
    pub track_keep_days: u32,
    /// A hazard's due date moves at most so often.
    pub hazard_extensions_max: u32,
    /// And each time by so much at most, in days.
    pub hazard_extension_max_days: u32,
    /// A loss that nobody found is looked for so long, in days.
    pub loss_keep_days: u32,
    /// So long before a found item's statutory day its keepers are told, in days.
    pub statutory_warning_days: u32,
    /// From this score on staff are told of a match, in thousandths.
    pub match_tell: u32,
    /// A dispute is to be screened so long after it was reported, in hours. No rule sets it.
    pub dispute_screen_h: u32,
    /// The police are to be through with a dispute so long after it was reported, in days. The Public Security Administration
    /// Punishments Law (治安管理处罚法) has public-order cases handled within thirty days from when they are taken on.
    pub police_mediation_days: u32,
    /// A second mediation by the police ends so long after the first, in days. The procedures for administrative cases
    /// (公安机关办理行政案件程序规定) give it seven working days; days of the calendar are never later, whatever the holidays.
    pub second_mediation_days: u32,
    /// People's mediation ends so long after it began, in days: a month as a rule (人民调解工作若干规定 art. 33).
    pub peoples_mediation_days: u32,
    /// Both sides of an agreement made in people's mediation may have a court confirm it so long, in days (人民调解法 art. 33).
    pub agreement_confirm_days: u32,
    /// Somebody asks so long after an agreement was performed how things stand, in days. The committee is to watch over what was
    /// agreed (人民调解法 art. 31) and to ask again (人民调解工作若干规定); neither sets a time.
    pub dispute_revisit_days: u32,
    /// A device of somebody on shift that was not heard of for so long is silent, in hours.
    pub silent_after_h: u32,
}

impl Site {
    /// Its time zone; UTC where the name is none, which no checked site file has.
    #[must_use]
    pub fn tz(&self) -> chrono_tz::Tz {
        self.time_zone.parse().unwrap_or(chrono_tz::UTC)
    }
}

impl Settings {
    /// Whether a device that was heard of last at `last_seen` is silent at `now` (both UTC ms): somebody should ask its holder.
    #[must_use]
    pub fn is_silent(&self, last_seen: i64, now: i64) -> bool {
        now.saturating_sub(last_seen) > i64::from(self.silent_after_h) * 3_600_000
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            fix_max_age_s: 60,
            fix_max_accuracy_m: 50,
            foot_max_mps: 12,
            vehicle_max_mps: 35,
            scans_max: 8,
            scans_window_s: 600,
            duplicate_window_s: 60,
            clock_offset_max_s: 120,
            clock_future_max_s: 300,
            late_after_h: 72,
            held_max_days: 30,
            contact_days: 90,
            app_lock_s: 300,
            reach_s: 15,
            welfare_grace_s: 60,
            no_show_after_min: 30,
            coverage_warning_min: 15,
            night_from_h: 19,
            night_to_h: 6,
            crowd_max_age_min: 60,
            track_keep_days: 30,
            hazard_extensions_max: 2,
            hazard_extension_max_days: 30,
            loss_keep_days: 365,
            statutory_warning_days: 30,
            match_tell: 750,
            dispute_screen_h: 24,
            police_mediation_days: 30,
            second_mediation_days: 7,
            peoples_mediation_days: 30,
            agreement_confirm_days: 30,
            dispute_revisit_days: 30,
            silent_after_h: 24,
        }
    }
}
