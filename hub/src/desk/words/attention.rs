//! What happened to a record that did not take effect, and what can be done about it, in words.

use liuye_core::domain::{Until, Verdict};

use super::Lang;

impl Lang {
    /// What happened, for whoever has to decide.
    pub(crate) fn happened(self, verdict: &Verdict) -> String {
        match verdict {
            Verdict::Applied { .. } => self.reason(verdict),
            Verdict::Conflict { code, .. } => {
                format!("{}{}", self.pick("没有生效：", "It did not take effect: "), self.code(*code))
            }
            Verdict::Held { until } => self.awaited(until),
            Verdict::Quarantined { code, field } if field.is_empty() => {
                format!("{}{}", self.pick("不符合规则：", "It breaks a rule: "), self.code(*code))
            }
            Verdict::Quarantined { code, field } => {
                let rule = self.pick("不符合规则：", "It breaks a rule: ");
                format!("{rule}{} · {}", self.field(field), self.code(*code))
            }
        }
    }

    fn awaited(self, until: &Until) -> String {
        match until {
            Until::Blob(_) => self.pick("等待尚未到达的照片。", "It waits for a photo that has not arrived.").to_owned(),
            Until::Entity(_) => self
                .pick("等待它所指的记录，那条记录尚未到达。", "It waits for the record that it is about, which has not arrived.")
                .to_owned(),
            Until::Operation(_) => self
                .pick(
                    "等待同一手机更早的一条记录，那条记录本身需要处理。",
                    "It waits for an earlier record of the same phone, which itself needs attention.",
                )
                .to_owned(),
            Until::Kind(kind, version) => {
                format!(
                    "{} {} ({kind} {version})",
                    self.pick("等待中心升级，才能读懂：", "It waits for a newer hub, which knows:"),
                    self.kind(kind)
                )
            }
            Until::Other(text) => format!("{} {text}", self.pick("等待", "It waits for")),
        }
    }

    /// What can be done about it.
    pub(crate) const fn remedy(self, verdict: &Verdict) -> &'static str {
        match verdict {
            Verdict::Applied { .. } => "",
            Verdict::Conflict { .. } => self.pick(
                "先到的一条已经生效，这一条作为证据保留。请比对两个版本：先到的对，就注明理由办结；不对，就到该事项的页面上另行处理。",
                "The one that came first stands; this one is kept as evidence. Compare both: where the first is right, settle it with a reason; where it is not, act on the matter's own page.",
            ),
            Verdict::Held { .. } => self.pick(
                "等待的内容一到，系统会自动重新判断；不会再来的，注明理由办结。",
                "It is judged again by itself once that arrives. Where it never will, settle it with a reason.",
            ),
            Verdict::Quarantined { .. } => self.pick(
                "作者在手机上可以更正或放弃。不需要更正的，注明理由办结；办结后作者仍可更正。",
                "Its author can correct it or give it up on the phone. Where nothing needs correcting, settle it with a reason; its author can still correct it.",
            ),
        }
    }
}
