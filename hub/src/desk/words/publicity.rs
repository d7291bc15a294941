//! The words of publicity and of disputes.

use liuye_core::domain::{DisputeCategory, DisputeMove, DisputeState, MediationRoad, PublicityState};

use super::Lang;

/// What a dispute can be about, by what travels.
pub(crate) const DISPUTE_CATEGORIES: [(&str, DisputeCategory); 8] = [
    ("purchase", DisputeCategory::Purchase),
    ("service", DisputeCategory::Service),
    ("traffic", DisputeCategory::Traffic),
    ("neighbours", DisputeCategory::Neighbours),
    ("labour", DisputeCategory::Labour),
    ("family", DisputeCategory::Family),
    ("damage", DisputeCategory::Damage),
    ("other", DisputeCategory::Other),
];

impl Lang {
    /// Where a session stands, and how that looks.
    pub(crate) const fn publicity_state(self, state: PublicityState) -> (&'static str, &'static str) {
        match state {
            PublicityState::Planned => (self.pick("已计划", "Planned"), "wait"),
            PublicityState::Held => (self.pick("已开展，待核实", "Held, to be verified"), "look"),
            PublicityState::Verified => (self.pick("已核实", "Verified"), "good"),
        }
    }

    /// What a dispute is about.
    pub(crate) const fn dispute_category(self, category: DisputeCategory) -> &'static str {
        match category {
            DisputeCategory::Purchase => self.pick("买卖消费", "Purchase"),
            DisputeCategory::Service => self.pick("服务", "Service"),
            DisputeCategory::Traffic => self.pick("交通", "Traffic"),
            DisputeCategory::Neighbours => self.pick("邻里", "Neighbours"),
            DisputeCategory::Labour => self.pick("劳务", "Labour"),
            DisputeCategory::Family => self.pick("家庭", "Family"),
            DisputeCategory::Damage => self.pick("损害赔偿", "Damage"),
            DisputeCategory::Other => self.pick("其他", "Something else"),
        }
    }

    /// Where a dispute stands, and how that looks.
    pub(crate) const fn dispute_state(self, state: DisputeState) -> (&'static str, &'static str) {
        match state {
            DisputeState::Reported => (self.pick("待研判", "Reported"), "look"),
            DisputeState::Screened => (self.pick("已研判", "Screened"), "wait"),
            DisputeState::PoliceMediation => (self.pick("公安调解", "Mediated by police"), "wait"),
            DisputeState::PeoplesMediation => (self.pick("人民调解", "People's mediation"), "wait"),
            DisputeState::Referred => (self.pick("已移送", "Referred"), "quiet"),
            DisputeState::Agreed => (self.pick("达成协议，待履行", "Agreed, to be performed"), "wait"),
            DisputeState::Performed => (self.pick("已履行，待回访", "Performed, to be revisited"), "wait"),
            DisputeState::Revisited => (self.pick("已回访", "Revisited"), "wait"),
            DisputeState::Closed => (self.pick("已结案", "Closed"), "good"),
            DisputeState::Failed => (self.pick("调解不成", "No agreement, or not kept"), "bad"),
            DisputeState::LegalRoute => (self.pick("走法律途径", "The law takes its course"), "quiet"),
        }
    }

    /// A step of a dispute.
    pub(crate) const fn dispute_move(self, step: DisputeMove) -> &'static str {
        match step {
            DisputeMove::Screen => self.pick("研判", "Screen it"),
            DisputeMove::MediateByPolice => self.pick("公安调解", "Mediate by police"),
            DisputeMove::MediateByPeople => self.pick("人民调解", "People's mediation"),
            DisputeMove::Retry => self.pick("再次调解", "Mediate once more"),
            DisputeMove::Refer => self.pick("移送", "Refer it"),
            DisputeMove::Agree => self.pick("达成协议", "They agreed"),
            DisputeMove::Perform => self.pick("已履行", "It was performed"),
            DisputeMove::Revisit => self.pick("回访", "Revisit"),
            DisputeMove::Close => self.pick("结案", "Close it"),
            DisputeMove::Fail => self.pick("调解不成或未履行", "No agreement, or not kept"),
            DisputeMove::LegalRoute => self.pick("走法律途径", "The law takes its course"),
        }
    }

    /// By which road a dispute is mediated.
    pub(crate) const fn road(self, road: MediationRoad) -> &'static str {
        match road {
            MediationRoad::Police => self.pick("公安调解", "by police"),
            MediationRoad::Peoples => self.pick("人民调解", "people's mediation"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_category_travels_by_is_what_the_domain_calls_it() {
        for (tag, category) in DISPUTE_CATEGORIES {
            assert_eq!(serde_json::to_value(category).unwrap(), tag);
        }
    }
}
