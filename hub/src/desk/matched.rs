//! A match of a loss and a find, with its reasons as the pages show them.

use liuye_core::domain::{Factor, FactorKind, Match, concept_words};

use super::words::Lang;

/// What fits less well than this, in thousandths, is not worth a look: it is a thing of the same sort, and little more.
const WEAKEST: i32 = 400;

/// A match with its reasons.
pub(super) struct Matched {
    /// The other side's id.
    pub(super) id: String,
    /// The other side in words.
    pub(super) what: String,
    /// 0 to 100.
    pub(super) percent: i32,
    /// Whether staff are told of it.
    pub(super) is_told: bool,
    pub(super) reasons: Vec<Reason>,
}

/// One reason.
pub(super) struct Reason {
    pub(super) what: &'static str,
    /// Such as `25 / 25`; what speaks against has no most.
    pub(super) points: String,
    /// Of what it could add, 0 to 100: how far its bar goes.
    pub(super) percent: i32,
    pub(super) is_against: bool,
    /// What both sides have in common.
    pub(super) common: String,
}

impl Matched {
    /// Whether a match is worth a look on the page of one of its sides, though nobody is told of it.
    pub(super) const fn is_worth_a_look(fit: &Match) -> bool {
        fit.score >= WEAKEST
    }

    /// `tell` is the score from which on staff are told, in thousandths.
    pub(super) fn of(id: String, what: String, fit: &Match, tell: u32, lang: Lang) -> Self {
        let is_told = u32::try_from(fit.score).is_ok_and(|score| score >= tell);
        let reasons = fit.factors.iter().map(|factor| reason(factor, lang)).collect();
        Self { id, what, percent: fit.score / 10, is_told, reasons }
    }
}

fn reason(factor: &Factor, lang: Lang) -> Reason {
    let what = factor.contradiction.map_or_else(|| lang.factor(factor.kind), |what| lang.contradiction(what));
    let points = f64::from(factor.points) / 10.0;
    let words = |name: &String| concept_words(name).map_or_else(|| name.clone(), |(zh, en)| lang.pick(zh, en).to_owned());
    Reason {
        what,
        points: if factor.of > 0 { format!("{points} / {}", f64::from(factor.of) / 10.0) } else { format!("{points}") },
        percent: if factor.of > 0 { factor.points.max(0) * 100 / factor.of } else { 0 },
        is_against: factor.points < 0,
        // Words of the looks may be words of the marks that only the owner knows: who may read those does so by an act of their own.
        common: if factor.kind == FactorKind::Text {
            String::new()
        } else {
            factor.common.iter().map(words).collect::<Vec<_>>().join(lang.pick("、", ", "))
        },
    }
}
