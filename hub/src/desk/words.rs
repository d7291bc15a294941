//! Every word of the desk in both languages, in one table.

mod attention;
mod calls;
mod codes;
mod duty;
mod figures;
mod lost;
mod patrol;
mod people;
mod publicity;
mod safety;

pub(crate) use lost::{claim_class, found_class, loss_class};
pub(crate) use patrol::{check_in_class, tour_class};
pub(crate) use safety::{campaign_class, hazard_class, inspection_class};

pub(crate) use calls::{CATEGORIES, SEVERITIES};
pub(crate) use duty::{CONSULTATION_TOPICS, LOG_TOPICS};
pub(crate) use people::{FORCES, STATUSES, TRADES};
pub(crate) use publicity::DISPUTE_CATEGORIES;

use axum::http::HeaderMap;
use liuye_core::domain::{AnswerOutcome, Bilingual, Verdict};

/// A language of the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lang {
    Zh,
    En,
}

impl Lang {
    /// The language that was asked for in the address, else what the browser prefers, else Chinese.
    pub(crate) fn of(asked: Option<&str>, headers: &HeaderMap) -> Self {
        let preferred = || headers.get("accept-language").and_then(|value| value.to_str().ok()).unwrap_or("zh");
        match asked.unwrap_or_else(preferred) {
            text if text.starts_with("en") => Self::En,
            _ => Self::Zh,
        }
    }

    /// The language's tag.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The word of this language.
    pub(crate) const fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// What an operation does.
    pub(crate) fn kind(self, kind: &str) -> String {
        let words = match kind {
            "device.enrol" => ("手机登记", "Phone enrolled"),
            "operation.discard" => ("放弃一条记录", "Record given up"),
            "check_in.record" => ("巡逻签到", "Check-in"),
            "check_in.review" => ("签到复核", "Check-in reviewed"),
            "shift.plan" => ("排班", "Shift planned"),
            "shift.cancel" => ("取消班次", "Shift called off"),
            "shift.start" => ("上岗", "On duty"),
            "shift.end" => ("下岗", "Off duty"),
            "tour.schedule" => ("安排巡逻", "Tour scheduled"),
            "tour.start" => ("开始巡逻", "Tour begun"),
            "tour.finish" => ("结束巡逻", "Tour finished"),
            "crowd.count" => ("客流计数", "Visitors counted"),
            "track.record" => ("巡逻轨迹", "Track"),
            "loss.report" => ("报失", "Loss reported"),
            "loss.candidate" => ("疑似找到", "Possible find"),
            "loss.return" => ("归还失主", "Returned to owner"),
            "loss.withdraw" => ("撤回报失", "Report withdrawn"),
            "found.register" => ("拾得物登记", "Found item registered"),
            "custody.store" => ("入库保管", "Put away"),
            "custody.sign" => ("双人签收", "Second signature"),
            "custody.hand_over" => ("移交保管", "Custody offered"),
            "custody.accept" => ("接收保管", "Custody accepted"),
            "found.transfer" => ("移送其他单位", "Transferred"),
            "found.notice" => ("招领公告", "Found item announced"),
            "found.return" => ("当场归还", "Returned on the spot"),
            "found.release" => ("认领返还", "Released to claimant"),
            "found.forfeit" => ("逾期无人认领", "Forfeited"),
            "found.dispose" => ("处置", "Disposed of"),
            "claim.submit" => ("认领申请", "Claimed"),
            "claim.question" => ("核问特征", "Claimant questioned"),
            "claim.answer" => ("认领人回答", "Claimant answered"),
            "claim.verify" => ("认领核实", "Claim verified"),
            "claim.reject" => ("认领驳回", "Claim rejected"),
            "claim.withdraw" => ("撤回认领", "Claim withdrawn"),
            "campaign.plan" => ("计划清查", "Campaign planned"),
            "campaign.start" => ("清查开始", "Campaign begun"),
            "campaign.close" => ("清查结束", "Campaign closed"),
            "inspection.plan" => ("安排检查", "Inspection planned"),
            "inspection.start" => ("开始检查", "Inspection begun"),
            "inspection.submit" => ("提交检查", "Inspection handed in"),
            "inspection.approve" => ("检查通过", "Inspection approved"),
            "inspection.return" => ("检查退回", "Inspection sent back"),
            "hazard.find" => ("发现隐患", "Hazard found"),
            "hazard.assign" => ("隐患交办", "Hazard assigned"),
            "hazard.start" => ("开始整改", "Rectification begun"),
            "hazard.rectify" => ("提交整改", "Rectification handed in"),
            "hazard.reinspect" => ("隐患复查", "Hazard reinspected"),
            "hazard.close" => ("隐患销号", "Hazard closed"),
            "hazard.close_on_spot" => ("当场整改销号", "Rectified on the spot"),
            "hazard.extend" => ("整改延期", "Due date moved"),
            "hazard.refer" => ("隐患移送", "Hazard referred"),
            "hazard.void" => ("隐患作废", "Hazard void"),
            "hazard.reopen" => ("隐患复发", "Hazard reopened"),
            "hazard.witness" => ("当场整改见证", "Closing on the spot witnessed"),
            "hazard.evidence" => ("商户上传整改照片", "Photos from the venue's operator"),
            "notice.issue" => ("责令限期改正通知书", "Rectification notice"),
            "notice.sign" => ("通知书签收", "Notice signed for"),
            "call.raise" => ("接警", "Call raised"),
            "call.triage" => ("警情研判", "Call triaged"),
            "call.dispatch" => ("派警", "Dispatched"),
            "call.muster" => ("一呼百应", "Everyone on duty sent"),
            "call.handle" => ("开始处置", "Handling begun"),
            "call.close" => ("结案", "Call closed"),
            "call.cancel" => ("撤警", "Call cancelled"),
            "call.unfounded" => ("虚警", "Call unfounded"),
            "call.merge" => ("并警", "Call merged"),
            "call.reopen" => ("重新处置", "Call reopened"),
            "assignment.deliver" => ("派警送达", "Assignment delivered"),
            "assignment.acknowledge" => ("接单", "Assignment acknowledged"),
            "assignment.en_route" => ("出发", "En route"),
            "assignment.arrive" => ("到场", "Arrived"),
            "assignment.clear" => ("处置完毕", "Cleared"),
            "assignment.decline" => ("无法前往", "Assignment declined"),
            "assignment.release" => ("解除派警", "Assignment released"),
            "welfare.arm" => ("平安计时", "Welfare timer armed"),
            "welfare.cancel" => ("平安确认", "Welfare confirmed"),
            "welfare.acknowledge" => ("平安告警处理", "Welfare alarm acknowledged"),
            "welfare.resolve" => ("平安告警解除", "Welfare alarm resolved"),
            "welfare.false_alarm" => ("误报", "False alarm"),
            "publicity.plan" => ("安排宣传", "Publicity planned"),
            "publicity.hold" => ("开展宣传", "Publicity held"),
            "publicity.verify" => ("宣传核实", "Publicity verified"),
            "leaflets.stock" => ("宣传单页入库", "Leaflets stocked"),
            "leaflets.issue" => ("领取宣传单页", "Leaflets issued"),
            "leaflets.return" => ("退回宣传单页", "Leaflets returned"),
            "leaflets.waste" => ("宣传单页损耗", "Leaflets wasted"),
            "dispute.report" => ("上报矛盾纠纷", "Dispute reported"),
            "dispute.screen" => ("纠纷研判", "Dispute screened"),
            "dispute.mediate" => ("开始调解", "Mediation begun"),
            "dispute.retry" => ("再次调解", "Mediation tried again"),
            "dispute.refer" => ("纠纷移送", "Dispute referred"),
            "dispute.agree" => ("达成协议", "Agreement reached"),
            "dispute.perform" => ("协议履行", "Agreement performed"),
            "dispute.revisit" => ("纠纷回访", "Dispute revisited"),
            "dispute.close" => ("纠纷结案", "Dispute closed"),
            "dispute.fail" => ("调解不成", "Mediation failed"),
            "dispute.legal_route" => ("转法律途径", "Legal route taken"),
            "work_plan.adopt" => ("通过实施方案", "Work plan adopted"),
            "work_plan.add_task" => ("增加任务", "Task added"),
            "work_plan.report" => ("任务完成上报", "Task reported done"),
            "work_plan.accept" => ("任务验收", "Task accepted"),
            "work_plan.return" => ("任务退回", "Task sent back"),
            "work_plan.extend" => ("任务延期", "Task extended"),
            "work_plan.drop" => ("取消任务", "Task dropped"),
            "work_plan.conclude" => ("方案办结", "Work plan concluded"),
            "rating.give" => ("评价", "Rated"),
            "consultation.record" => ("咨询登记", "Consultation"),
            "duty_log.write" => ("值守日志", "Duty log"),
            "handover.offer" => ("交班", "Handover offered"),
            "handover.accept" => ("接班", "Handover accepted"),
            other => return other.to_owned(),
        };
        self.pick(words.0, words.1).to_owned()
    }

    /// A name or sentence that stands in both languages.
    pub(crate) fn of_both(self, text: &Bilingual) -> String {
        self.pick(&text.zh, &text.en).to_owned()
    }

    /// The answer to a question of a safety check; its shape says it too.
    pub(crate) const fn answer(self, outcome: AnswerOutcome) -> &'static str {
        match outcome {
            AnswerOutcome::Pass => self.pick("✓ 合格", "✓ In order:"),
            AnswerOutcome::Fail => self.pick("✕ 不合格", "✕ Not in order:"),
            AnswerOutcome::NotApplicable => self.pick("– 不适用", "– Does not arise:"),
        }
    }

    /// A kind of thing that is lost.
    pub(crate) fn category(self, category: &str) -> String {
        let words = match category {
            "phone" => ("手机", "phone"),
            "wallet" => ("钱包", "wallet"),
            "bag" => ("箱包", "bag"),
            "document" => ("证件", "document"),
            "camera" => ("相机", "camera"),
            "jewellery" => ("首饰", "jewellery"),
            "keys" => ("钥匙", "keys"),
            "clothing" => ("衣物", "clothing"),
            "electronics" => ("电子产品", "electronics"),
            "other" => ("其他", "something else"),
            unknown => return unknown.to_owned(),
        };
        self.pick(words.0, words.1).to_owned()
    }

    /// A field of what was typed.
    pub(crate) fn field(self, name: &str) -> String {
        let words = match name {
            "checkpoint" => ("巡逻点", "Checkpoint"),
            "venue" => ("场所", "Venue"),
            "evidence" => ("到点凭证", "Evidence"),
            "movement" => ("方式", "Moving"),
            "note" => ("备注", "Note"),
            "category" => ("类别", "Category"),
            "description" => ("描述", "Description"),
            "brand" => ("品牌", "Brand"),
            "colour" => ("颜色", "Colour"),
            "marks" => ("特征", "Marks"),
            "place" => ("地点", "Place"),
            "zone" => ("网格", "Zone"),
            "lost_from" => ("最早丢失时间", "Lost not before"),
            "lost_to" => ("最晚丢失时间", "Lost not after"),
            "campaign" => ("专项行动", "Campaign"),
            "answers" => ("检查项", "Checklist"),
            "summary" => ("小结", "Summary"),
            "inspection" => ("所属检查", "Inspection"),
            "grade" => ("隐患等级", "Grade"),
            "owner" => ("责任人", "Owner"),
            "due" => ("整改期限", "Due"),
            "plan" => ("整改方案", "Plan"),
            "passed" => ("是否合格", "Passed"),
            "reason" => ("原因", "Reason"),
            "accepted" => ("是否认可", "Accepted"),
            "site" => ("辖区", "Site"),
            "person" => ("人员", "Person"),
            "target" => ("对应记录", "Of the record"),
            "authority" => ("移送单位", "Authority"),
            "rectified_by" => ("整改人", "Rectified by"),
            "event" => ("事项", "Step"),
            "severity" => ("紧急程度", "How bad"),
            "source" => ("来源", "How it came"),
            "told_at" => ("110接警时刻", "When 110 took it"),
            "responders" => ("派往", "Sent"),
            "into" => ("并入", "Goes on as"),
            "referral" => ("移送编号", "Goes on under"),
            "exercise" => ("演练", "Drill"),
            "post" => ("值守点", "Post"),
            "from" => ("开始", "From"),
            "to" => ("结束", "To"),
            "minutes" => ("时长（分钟）", "Minutes"),
            "route" => ("巡线", "Route"),
            "visitors" => ("游客人数", "Visitors"),
            "path" => ("轨迹", "Track"),
            "mock" => ("模拟定位", "Mock position"),
            "witness" => ("见证人", "Witness"),
            "name" => ("名称", "Name"),
            "purpose" => ("目的", "Purpose"),
            "venues" => ("场所", "Venues"),
            "zones" => ("网格", "Zones"),
            "checklist" => ("检查表", "Checklist"),
            "inspector" => ("检查人", "Inspector"),
            "hazard" => ("隐患", "Hazard"),
            "requirement" => ("改正要求", "What has to be done"),
            "legal_basis" => ("法律依据", "Legal basis"),
            "signature" => ("签收", "Signature"),
            "quantity" => ("数量", "Quantity"),
            "session" => ("宣传场次", "Session"),
            "material" => ("宣传材料", "Material"),
            "topic" => ("类别", "About"),
            "topics" => ("主题", "Topics"),
            "text" => ("内容", "Text"),
            "question" => ("问", "Question"),
            "answer" => ("答", "Answer"),
            "audience" => ("听众人数", "Audience"),
            "mediators" => ("调解人", "Mediators"),
            "terms" => ("协议内容", "Terms"),
            unknown => return unknown.to_owned(),
        };
        self.pick(words.0, words.1).to_owned()
    }

    /// A verdict in a word; its shape stands beside it in the page.
    pub(crate) const fn verdict(self, verdict: &Verdict) -> &'static str {
        match verdict {
            Verdict::Applied { flags } if flags.is_empty() => self.pick("已生效", "Applied"),
            Verdict::Applied { .. } => self.pick("已生效·待查", "Applied, flagged"),
            Verdict::Conflict { .. } => self.pick("冲突", "Conflict"),
            Verdict::Held { .. } => self.pick("等待中", "Held"),
            Verdict::Quarantined { .. } => self.pick("已隔离", "Quarantined"),
        }
    }

    /// Why, in words, with the code behind it for whoever asks for help.
    pub(crate) fn reason(self, verdict: &Verdict) -> String {
        match verdict {
            Verdict::Applied { flags } => flags.iter().map(|flag| self.flag(flag.as_str())).collect::<Vec<_>>().join(self.pick("；", "; ")),
            Verdict::Conflict { code, .. } => {
                format!("{} ({code})", self.pick("他人先完成了同一步骤，证据已保留", "somebody else was faster; the evidence is kept"))
            }
            Verdict::Held { until } => format!("{} {until}", self.pick("等待", "waits for")),
            Verdict::Quarantined { code, field } => format!("{}: {code} {field}", self.pick("不符合规则", "breaks a rule")),
        }
    }

    /// Why somebody should look at it.
    pub(crate) fn flag(self, flag: &str) -> String {
        let words = match flag {
            "fix_missing" => ("没有定位", "no position"),
            "fix_stale" => ("定位过旧", "position too old"),
            "fix_inaccurate" => ("定位误差大", "position too coarse"),
            "fix_mock" => ("模拟定位", "mock position"),
            "fix_outside_site" => ("定位在辖区外", "outside the district"),
            "outside" => ("不在巡逻点范围内", "outside the checkpoint"),
            "uncertain" => ("是否在范围内不确定", "perhaps outside the checkpoint"),
            "too_fast" => ("移动过快", "moved too fast"),
            "too_many_scans" => ("十分钟内签到过多", "too many scans in ten minutes"),
            "clock_offset" => ("手机时钟不准", "clock is off"),
            "clock_future" => ("手机时钟超前", "clock is in the future"),
            "late" => ("迟到超过72小时", "arrived over 72 h late"),
            "tag_replay" => ("标签重放", "tag replayed"),
            "authority_uncertain" => ("当时权限不确定", "authority uncertain"),
            other => return other.to_owned(),
        };
        self.pick(words.0, words.1).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use liuye_core::domain::Kind;

    #[test]
    fn every_kind_of_operation_has_words_in_both_languages() {
        for kind in Kind::ALL {
            for lang in [Lang::Zh, Lang::En] {
                assert_ne!(lang.kind(kind.as_str()), kind.as_str());
            }
        }
    }
}
