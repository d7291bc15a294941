//! The words of patrols.

use liuye_core::domain::{CheckInVerdict, Inside, Movement, TourState};
use liuye_core::log::FixSource;

use super::Lang;

impl Lang {
    /// Where a tour stands.
    pub(crate) const fn tour_state(self, state: TourState) -> &'static str {
        match state {
            TourState::Scheduled => self.pick("待巡", "Scheduled"),
            TourState::InProgress => self.pick("巡逻中", "Being walked"),
            TourState::Completed => self.pick("已完成", "Completed"),
            TourState::Incomplete => self.pick("未走完", "Incomplete"),
            TourState::Missed => self.pick("漏巡", "Missed"),
            TourState::CompletedLate => self.pick("补证完成", "Completed, shown late"),
        }
    }

    /// Whether a check-in counts.
    pub(crate) const fn check_in_verdict(self, verdict: CheckInVerdict) -> &'static str {
        match verdict {
            CheckInVerdict::Accepted => self.pick("有效", "Accepted"),
            CheckInVerdict::Flagged => self.pick("待查", "Flagged"),
            CheckInVerdict::Rejected => self.pick("无效", "Rejected"),
        }
    }

    /// Where a fix lies against a checkpoint.
    pub(crate) const fn inside(self, inside: Inside) -> &'static str {
        match inside {
            Inside::Inside => self.pick("在范围内", "Inside"),
            Inside::Outside => self.pick("在范围外", "Outside"),
            Inside::Uncertain => self.pick("不确定", "Uncertain"),
            Inside::Unknown => self.pick("没有定位", "No position"),
        }
    }

    /// How somebody moves.
    pub(crate) const fn movement(self, movement: Movement) -> &'static str {
        match movement {
            Movement::Foot => self.pick("步行", "On foot"),
            Movement::Vehicle => self.pick("乘车", "In a vehicle"),
        }
    }

    /// Where a position comes from.
    pub(crate) const fn fix_source(self, source: FixSource) -> &'static str {
        match source {
            FixSource::Gnss => self.pick("卫星", "Satellites"),
            FixSource::Fused => self.pick("融合定位", "Satellites, Wi-Fi and cells"),
            FixSource::Network => self.pick("网络定位", "Wi-Fi or cells"),
            FixSource::Manual => self.pick("人工标注", "Put on a map by hand"),
        }
    }

    /// How somebody showed that they were there.
    pub(crate) fn check_in_method(self, method: &str) -> &str {
        match method {
            "qr" => self.pick("扫二维码", "QR code"),
            "nfc" => self.pick("NFC 标签", "NFC tag"),
            "gps" => self.pick("仅定位", "Position alone"),
            other => other,
        }
    }
}

/// How a tour's state is marked.
pub(crate) const fn tour_class(state: TourState) -> &'static str {
    match state {
        TourState::Scheduled | TourState::InProgress => "wait",
        TourState::Completed => "good",
        TourState::Incomplete | TourState::CompletedLate => "look",
        TourState::Missed => "bad",
    }
}

/// How a check-in's verdict is marked.
pub(crate) const fn check_in_class(verdict: CheckInVerdict) -> &'static str {
    match verdict {
        CheckInVerdict::Accepted => "good",
        CheckInVerdict::Flagged => "look",
        CheckInVerdict::Rejected => "bad",
    }
}
