//! The words of calls, of whoever is sent to them, and of welfare timers.

use liuye_core::domain::{Answer, AssignmentMove, AssignmentState, CallCategory, CallMove, CallSource, CallState, Severity, WelfareState};

use super::Lang;

/// What a call can be about, in the order in which it is offered: what costs a life first.
pub(crate) const CATEGORIES: [CallCategory; 16] = [
    CallCategory::Medical,
    CallCategory::Drowning,
    CallCategory::Fire,
    CallCategory::Crowding,
    CallCategory::LostPerson,
    CallCategory::Traffic,
    CallCategory::Affray,
    CallCategory::Quarrel,
    CallCategory::Theft,
    CallCategory::Fraud,
    CallCategory::ProvokingTrouble,
    CallCategory::MarketBullying,
    CallCategory::Vice,
    CallCategory::Gambling,
    CallCategory::Drugs,
    CallCategory::Other,
];

/// How bad a call can be, the worst first.
pub(crate) const SEVERITIES: [Severity; 3] = [Severity::Critical, Severity::Urgent, Severity::General];

impl Lang {
    /// What a call is about.
    pub(crate) const fn call_category(self, category: CallCategory) -> &'static str {
        match category {
            CallCategory::Medical => self.pick("急病受伤", "Medical"),
            CallCategory::Drowning => self.pick("落水", "Drowning"),
            CallCategory::LostPerson => self.pick("人员走失", "Lost person"),
            CallCategory::Fire => self.pick("火情", "Fire"),
            CallCategory::Traffic => self.pick("交通", "Traffic"),
            CallCategory::Crowding => self.pick("拥挤踩踏", "Crowding"),
            CallCategory::Quarrel => self.pick("纠纷", "Quarrel"),
            CallCategory::Theft => self.pick("盗窃", "Theft"),
            CallCategory::Fraud => self.pick("诈骗", "Fraud"),
            CallCategory::Affray => self.pick("打架斗殴", "Affray"),
            CallCategory::ProvokingTrouble => self.pick("寻衅滋事", "Provoking trouble"),
            CallCategory::MarketBullying => self.pick("欺行霸市", "Bullying of the market"),
            CallCategory::Vice => self.pick("涉黄", "Vice"),
            CallCategory::Gambling => self.pick("涉赌", "Gambling"),
            CallCategory::Drugs => self.pick("涉毒", "Drugs"),
            CallCategory::Other => self.pick("其他", "Something else"),
        }
    }

    /// How bad a call is.
    pub(crate) const fn severity(self, severity: Severity) -> &'static str {
        match severity {
            Severity::Critical => self.pick("危急", "Critical"),
            Severity::Urgent => self.pick("紧急", "Urgent"),
            Severity::General => self.pick("一般", "General"),
        }
    }

    /// How a call came.
    pub(crate) const fn call_source(self, source: CallSource) -> &'static str {
        match source {
            CallSource::App => self.pick("手机求助", "By the app"),
            CallSource::Dial110 => self.pick("110转警", "Passed on by 110"),
            CallSource::Clue => self.pick("线索", "A clue"),
        }
    }

    /// Where a call stands.
    pub(crate) const fn call_state(self, state: CallState) -> &'static str {
        match state {
            CallState::Received => self.pick("待研判", "Received"),
            CallState::Triaged => self.pick("已研判", "Triaged"),
            CallState::Dispatched => self.pick("已派警", "Dispatched"),
            CallState::OnScene => self.pick("已到场", "On scene"),
            CallState::Handling => self.pick("处置中", "Being handled"),
            CallState::Closed => self.pick("已结案", "Closed"),
            CallState::Cancelled => self.pick("已撤警", "Cancelled"),
            CallState::Unfounded => self.pick("虚警", "Unfounded"),
            CallState::Merged => self.pick("已并警", "Merged"),
        }
    }

    /// What somebody did to a call.
    pub(crate) const fn call_move(self, step: CallMove) -> &'static str {
        match step {
            CallMove::Triage => self.pick("研判", "Triaged"),
            CallMove::Dispatch => self.pick("派警", "Dispatched"),
            CallMove::Arrive => self.pick("到场", "Arrived"),
            CallMove::Handle => self.pick("开始处置", "Handling begun"),
            CallMove::Close => self.pick("结案", "Closed"),
            CallMove::Cancel => self.pick("撤警", "Cancelled"),
            CallMove::Unfounded => self.pick("虚警", "Unfounded"),
            CallMove::Merge => self.pick("并警", "Merged"),
            CallMove::Reopen => self.pick("重新处置", "Reopened"),
        }
    }

    /// How far somebody who was sent is.
    pub(crate) const fn assignment_state(self, state: AssignmentState) -> &'static str {
        match state {
            AssignmentState::Offered => self.pick("已派出", "Sent"),
            AssignmentState::Delivered => self.pick("已送达", "Delivered"),
            AssignmentState::Acknowledged => self.pick("已接单", "Acknowledged"),
            AssignmentState::EnRoute => self.pick("途中", "En route"),
            AssignmentState::Arrived => self.pick("已到场", "Arrived"),
            AssignmentState::Cleared => self.pick("处置完毕", "Cleared"),
            AssignmentState::Declined => self.pick("无法前往", "Declined"),
            AssignmentState::Released => self.pick("已解除", "Released"),
        }
    }

    /// A step of somebody who was sent.
    pub(crate) const fn assignment_move(self, step: AssignmentMove) -> &'static str {
        match step {
            AssignmentMove::Deliver => self.pick("送达", "delivered"),
            AssignmentMove::Acknowledge => self.pick("接单", "acknowledged"),
            AssignmentMove::EnRoute => self.pick("出发", "set out"),
            AssignmentMove::Arrive => self.pick("到场", "arrived"),
            AssignmentMove::Clear => self.pick("处置完毕", "cleared"),
            AssignmentMove::Decline => self.pick("无法前往", "declined"),
            AssignmentMove::Release => self.pick("解除", "released"),
        }
    }

    /// Whether a limit was kept.
    pub(crate) const fn kept(self, answer: Answer) -> &'static str {
        match answer {
            Answer::Met => self.pick("达标", "met"),
            Answer::Missed => self.pick("超时", "missed"),
            Answer::Uncertain => self.pick("不确定", "uncertain"),
        }
    }

    /// Where a welfare timer stands.
    pub(crate) const fn welfare_state(self, state: WelfareState) -> &'static str {
        match state {
            WelfareState::Armed => self.pick("计时中", "Running"),
            WelfareState::Prompted => self.pick("已到时，正在询问", "Time is over: asked"),
            WelfareState::Alarmed => self.pick("告警", "Alarm"),
            WelfareState::Acknowledged => self.pick("处理中", "Being seen to"),
            WelfareState::Resolved => self.pick("平安", "Well"),
            WelfareState::FalseAlarm => self.pick("误报", "False alarm"),
        }
    }
}
