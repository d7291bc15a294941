//! The 1-3-5 clocks of a call as a page shows them: the server says when a limit passes, a little script counts.

use liuye_core::domain::{Answer, Call, TierClock};

use super::words::Lang;

/// One tier of a call.
pub(crate) struct Clock {
    /// The tier's name in the standard.
    pub(crate) tier: String,
    /// How it looks: one of the badges.
    pub(crate) class: &'static str,
    /// What it says while no script counts.
    pub(crate) words: String,
    /// When its limit passes, UTC ms, where it runs.
    pub(crate) until: Option<i64>,
}

impl Clock {
    /// The clocks of a call at `now` (UTC ms).
    pub(crate) fn of(call: &Call, lang: Lang, now: i64) -> Vec<Self> {
        let is_open = call.state.is_open();
        call.response.limits().map(|(tier, limit)| Self::of_tier(tier, limit.filter(|_| is_open), lang, now)).collect()
    }

    fn of_tier(tier: &TierClock, limit: Option<i64>, lang: Lang, now: i64) -> Self {
        let answered = match (tier.from_received, tier.missed_at) {
            (Some(Answer::Met), _) => Some(("good", lang.kept(Answer::Met))),
            (Some(Answer::Missed), _) => Some(("bad", lang.kept(Answer::Missed))),
            (Some(Answer::Uncertain), _) => Some(("look", lang.kept(Answer::Uncertain))),
            (None, _) if limit.is_some() => None,
            (None, Some(_)) => Some(("bad", lang.kept(Answer::Missed))),
            (None, None) => Some(("quiet", lang.pick("未开始", "not running"))),
        };
        let (class, words) = match (answered, limit) {
            (Some((class, words)), _) => (class, words.to_owned()),
            (None, Some(limit)) => (running_class(tier, limit, now), counted(limit - now)),
            (None, None) => ("quiet", String::new()),
        };
        Self { tier: tier.name.clone(), class, words, until: limit.filter(|_| answered.is_none()) }
    }
}

const fn running_class(tier: &TierClock, limit: i64, now: i64) -> &'static str {
    match tier.warned_at {
        _ if limit <= now => "bad",
        Some(_) => "look",
        None => "wait",
    }
}

/// A time that is left as minutes and seconds; with a plus where it is over.
pub(crate) fn counted(left_ms: i64) -> String {
    let (sign, seconds) = if left_ms < 0 { ("+", -left_ms / 1000) } else { ("", left_ms.saturating_add(999) / 1000) };
    format!("{sign}{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_counts_down_to_nothing_and_up_beyond_it() {
        for (left, shown) in
            [(60_000, "1:00"), (59_001, "1:00"), (1_000, "0:01"), (1, "0:01"), (0, "0:00"), (-999, "+0:00"), (-61_000, "+1:01")]
        {
            assert_eq!(counted(left), shown, "{left} ms");
        }
    }
}
