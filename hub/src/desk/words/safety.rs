//! The words of safety checks.

use liuye_core::domain::{CampaignPurpose, CampaignState, HazardGrade, HazardState, InspectionState, NoticeState};

use super::Lang;

impl Lang {
    /// Where a hazard stands.
    pub(crate) const fn hazard_state(self, state: HazardState) -> &'static str {
        match state {
            HazardState::Found => self.pick("发现，待交办", "Found: to be assigned"),
            HazardState::Assigned => self.pick("已交办", "Assigned"),
            HazardState::Rectifying => self.pick("整改中", "Being rectified"),
            HazardState::Submitted => self.pick("整改完成，待复查", "Handed in: to be reinspected"),
            HazardState::Reinspected => self.pick("复查合格，待销号", "In order: to be closed"),
            HazardState::Closed => self.pick("已销号", "Closed"),
            HazardState::Extended => self.pick("已延期", "Extended"),
            HazardState::Referred => self.pick("已移送", "Referred"),
            HazardState::Void => self.pick("已作废", "Void"),
        }
    }

    /// How bad a hazard is.
    pub(crate) const fn hazard_grade(self, grade: HazardGrade) -> &'static str {
        match grade {
            HazardGrade::General => self.pick("一般隐患", "General"),
            HazardGrade::Major => self.pick("重大隐患", "Major"),
        }
    }

    /// Where a campaign stands.
    pub(crate) const fn campaign_state(self, state: CampaignState) -> &'static str {
        match state {
            CampaignState::Planned => self.pick("计划中", "Planned"),
            CampaignState::Running => self.pick("进行中", "Going on"),
            CampaignState::Closed => self.pick("已结束", "Over"),
        }
    }

    /// What a campaign is for.
    pub(crate) const fn campaign_purpose(self, purpose: CampaignPurpose) -> &'static str {
        match purpose {
            CampaignPurpose::SafetyCheck => self.pick("安全检查", "Safety check"),
            CampaignPurpose::PublicOrder => self.pick("治安清查", "Public order"),
        }
    }

    /// Where an inspection stands.
    pub(crate) const fn inspection_state(self, state: InspectionState) -> &'static str {
        match state {
            InspectionState::Planned => self.pick("已安排", "Planned"),
            InspectionState::InProgress => self.pick("检查中", "Going on"),
            InspectionState::Submitted => self.pick("已提交，待审核", "Handed in: to be decided"),
            InspectionState::Approved => self.pick("已通过", "Approved"),
            InspectionState::Returned => self.pick("已退回", "Sent back"),
        }
    }

    /// Where a rectification notice stands.
    pub(crate) const fn notice_state(self, state: NoticeState) -> &'static str {
        match state {
            NoticeState::Issued => self.pick("待签收", "Not signed for yet"),
            NoticeState::Served => self.pick("已送达", "Served"),
        }
    }
}

/// How a hazard's state is marked.
pub(crate) const fn hazard_class(state: HazardState) -> &'static str {
    match state {
        HazardState::Found | HazardState::Submitted | HazardState::Reinspected => "look",
        HazardState::Assigned | HazardState::Rectifying | HazardState::Extended => "wait",
        HazardState::Closed => "good",
        HazardState::Referred | HazardState::Void => "quiet",
    }
}

/// How a campaign's state is marked.
pub(crate) const fn campaign_class(state: CampaignState) -> &'static str {
    match state {
        CampaignState::Planned | CampaignState::Running => "wait",
        CampaignState::Closed => "quiet",
    }
}

/// How an inspection's state is marked.
pub(crate) const fn inspection_class(state: InspectionState) -> &'static str {
    match state {
        InspectionState::Planned | InspectionState::InProgress => "wait",
        InspectionState::Submitted => "look",
        InspectionState::Approved => "good",
        InspectionState::Returned => "bad",
    }
}
