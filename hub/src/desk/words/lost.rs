//! The words of lost and found property.

use liuye_core::domain::{ClaimState, Contradiction, DayPart, FactorKind, FoundItemState, LostReportState, Prohibited};

use super::Lang;

impl Lang {
    /// Where a loss report stands.
    pub(crate) const fn loss_state(self, state: LostReportState) -> &'static str {
        match state {
            LostReportState::Open => self.pick("寻找中", "Looked for"),
            LostReportState::Candidate => self.pick("疑似找到", "Perhaps found"),
            LostReportState::Claimed => self.pick("已认领", "Claimed"),
            LostReportState::Returned => self.pick("已归还", "Returned"),
            LostReportState::Withdrawn => self.pick("已撤回", "Withdrawn"),
            LostReportState::Expired => self.pick("已过期", "Expired"),
        }
    }

    /// Where a found item stands.
    pub(crate) const fn found_state(self, state: FoundItemState) -> &'static str {
        match state {
            FoundItemState::Registered => self.pick("已登记，未入库", "Registered"),
            FoundItemState::InCustody => self.pick("保管中", "In custody"),
            FoundItemState::Noticed => self.pick("公告招领", "Announced"),
            FoundItemState::ClaimPending => self.pick("有人认领", "Claimed"),
            FoundItemState::Disputed => self.pick("多人认领，已锁定", "Disputed: locked"),
            FoundItemState::Released => self.pick("已返还", "Released"),
            FoundItemState::Transferred => self.pick("已移送", "Transferred"),
            FoundItemState::Forfeited => self.pick("逾期归国家", "Forfeited"),
            FoundItemState::Disposed => self.pick("已处置", "Disposed of"),
        }
    }

    /// Where a claim stands.
    pub(crate) const fn claim_state(self, state: ClaimState) -> &'static str {
        match state {
            ClaimState::Submitted => self.pick("待核问", "To be questioned"),
            ClaimState::Questioned => self.pick("核问中", "Questioned"),
            ClaimState::Verified => self.pick("已核实", "Verified"),
            ClaimState::Rejected => self.pick("已驳回", "Rejected"),
            ClaimState::Released => self.pick("已领回", "Released"),
            ClaimState::Withdrawn => self.pick("已撤回", "Withdrawn"),
        }
    }

    /// What may never go back over the counter.
    pub(crate) const fn prohibited(self, what: Prohibited) -> &'static str {
        match what {
            Prohibited::Weapon => self.pick("枪支弹药、管制刀具：须直接移交公安机关", "Weapon: goes straight to the police"),
            Prohibited::Contraband => self.pick("违禁品：须直接移交公安机关", "Contraband: goes straight to the police"),
        }
    }

    /// What speaks for a match.
    pub(crate) const fn factor(self, kind: FactorKind) -> &'static str {
        match kind {
            FactorKind::Category => self.pick("类别", "Category"),
            FactorKind::Text => self.pick("外观与特征", "Looks and marks"),
            FactorKind::Brand => self.pick("品牌", "Brand"),
            FactorKind::Place => self.pick("地点", "Place"),
            FactorKind::Colour => self.pick("颜色", "Colour"),
            FactorKind::Time => self.pick("时间", "Time"),
            FactorKind::Serial => self.pick("序列号一致", "The same serial number"),
            FactorKind::Contradiction => self.pick("矛盾", "Speaks against"),
        }
    }

    /// What speaks against a match.
    pub(crate) const fn contradiction(self, what: Contradiction) -> &'static str {
        match what {
            Contradiction::Brand => self.pick("品牌不同", "Two brands"),
            Contradiction::Colour => self.pick("颜色不同", "Two colours"),
            Contradiction::Thing => self.pick("物品种类不同", "Two sorts of things"),
            Contradiction::Make => self.pick("材质或花纹不同", "Two materials or patterns"),
            Contradiction::Marks => self.pick("特征不符", "Other marks"),
            Contradiction::Place => self.pick("地点不符", "Another place"),
            Contradiction::Serial => self.pick("序列号不同", "Two serial numbers"),
            Contradiction::Time => self.pick("时间相隔太久", "Days apart"),
        }
    }

    /// A part of the day.
    pub(crate) const fn day_part(self, part: DayPart) -> &'static str {
        match part {
            DayPart::Night => self.pick("凌晨", "night"),
            DayPart::Morning => self.pick("上午", "morning"),
            DayPart::Afternoon => self.pick("下午", "afternoon"),
            DayPart::Evening => self.pick("晚上", "evening"),
        }
    }
}

/// How a loss report's state is marked.
pub(crate) const fn loss_class(state: LostReportState) -> &'static str {
    match state {
        LostReportState::Open => "wait",
        LostReportState::Candidate | LostReportState::Claimed => "look",
        LostReportState::Returned => "good",
        LostReportState::Withdrawn | LostReportState::Expired => "quiet",
    }
}

/// How a found item's state is marked.
pub(crate) const fn found_class(state: FoundItemState) -> &'static str {
    match state {
        FoundItemState::Registered | FoundItemState::ClaimPending => "look",
        FoundItemState::Disputed => "bad",
        FoundItemState::InCustody | FoundItemState::Noticed => "wait",
        FoundItemState::Released => "good",
        FoundItemState::Transferred | FoundItemState::Forfeited | FoundItemState::Disposed => "quiet",
    }
}

/// How a claim's state is marked.
pub(crate) const fn claim_class(state: ClaimState) -> &'static str {
    match state {
        ClaimState::Submitted | ClaimState::Questioned => "look",
        ClaimState::Verified | ClaimState::Released => "good",
        ClaimState::Rejected => "bad",
        ClaimState::Withdrawn => "quiet",
    }
}
