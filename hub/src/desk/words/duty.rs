//! The words of the duty book.

use liuye_core::domain::{ConsultationTopic, DutyLogTopic, HandoverState};

use super::Lang;

/// What an entry of the book can be about, by what travels and in the order in which it is offered.
pub(crate) const LOG_TOPICS: [(&str, DutyLogTopic); 5] = [
    ("incident", DutyLogTopic::Incident),
    ("instruction", DutyLogTopic::Instruction),
    ("equipment", DutyLogTopic::Equipment),
    ("visit", DutyLogTopic::Visit),
    ("other", DutyLogTopic::Other),
];

/// What somebody can ask at the platform.
pub(crate) const CONSULTATION_TOPICS: [(&str, ConsultationTopic); 9] = [
    ("directions", ConsultationTopic::Directions),
    ("transport", ConsultationTopic::Transport),
    ("visiting", ConsultationTopic::Visiting),
    ("lost_property", ConsultationTopic::LostProperty),
    ("law", ConsultationTopic::Law),
    ("papers", ConsultationTopic::Papers),
    ("safety", ConsultationTopic::Safety),
    ("complaint", ConsultationTopic::Complaint),
    ("other", ConsultationTopic::Other),
];

impl Lang {
    /// What an entry of the book is about.
    pub(crate) const fn log_topic(self, topic: DutyLogTopic) -> &'static str {
        match topic {
            DutyLogTopic::Incident => self.pick("情况", "Incident"),
            DutyLogTopic::Instruction => self.pick("上级指令", "Instruction"),
            DutyLogTopic::Equipment => self.pick("装备设施", "Equipment"),
            DutyLogTopic::Visit => self.pick("来访", "Visit"),
            DutyLogTopic::Other => self.pick("其他", "Something else"),
        }
    }

    /// What somebody asked about.
    pub(crate) const fn consultation_topic(self, topic: ConsultationTopic) -> &'static str {
        match topic {
            ConsultationTopic::Directions => self.pick("问路", "Directions"),
            ConsultationTopic::Transport => self.pick("交通", "Transport"),
            ConsultationTopic::Visiting => self.pick("游览", "Visiting"),
            ConsultationTopic::LostProperty => self.pick("失物", "Lost property"),
            ConsultationTopic::Law => self.pick("法律", "Law"),
            ConsultationTopic::Papers => self.pick("证件办理", "Papers"),
            ConsultationTopic::Safety => self.pick("安全", "Safety"),
            ConsultationTopic::Complaint => self.pick("投诉", "Complaint"),
            ConsultationTopic::Other => self.pick("其他", "Something else"),
        }
    }

    /// Where a handover stands.
    pub(crate) const fn handover_state(self, state: HandoverState) -> &'static str {
        match state {
            HandoverState::Offered => self.pick("待接班", "Offered"),
            HandoverState::Accepted => self.pick("已接班", "Accepted"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_topic_travels_by_is_what_the_domain_calls_it() {
        for (tag, topic) in LOG_TOPICS {
            assert_eq!(serde_json::to_value(topic).unwrap(), tag);
        }
        for (tag, topic) in CONSULTATION_TOPICS {
            assert_eq!(serde_json::to_value(topic).unwrap(), tag);
        }
    }
}
