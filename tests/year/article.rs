//! What a year has to come to, figure by figure: for the whole year the article's numbers, and where the article has none, those of
//! the plan.

use liuye_core::domain::{Share, Statistics};

use super::calls::Response;
use super::plan::Size;
use super::staff::Staff;

/// One figure beside what was counted.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Line {
    /// Its name in the answers of `liuye stats`, with a dot before what is part of it.
    pub figure: String,
    /// Its name as the article has it.
    pub zh: &'static str,
    /// Its name in English.
    pub en: &'static str,
    /// The article's.
    pub article: f64,
    /// Liuye's.
    pub liuye: Option<f64>,
}

impl Line {
    /// Whether the two are the same. Shares are compared as what they are made of: the quotient of the same two numbers.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.liuye.is_some_and(|liuye| (liuye - self.article).abs() < 1e-9)
    }
}

/// Each figure of a year of this size beside what was counted.
#[must_use]
pub fn beside(size: &Size, counted: &Statistics) -> Vec<Line> {
    let mut lines = patrols(size, counted);
    lines.extend(responses(&Response::of(size), counted));
    lines.extend(safety(size, counted));
    lines.extend(services(size, counted));
    lines
}

#[allow(clippy::cast_precision_loss, reason = "counts of a district")]
const fn real(count: u64) -> f64 {
    count as f64
}

fn line(figure: &str, (zh, en): (&'static str, &'static str), article: f64, liuye: Option<f64>) -> Line {
    Line { figure: figure.to_owned(), zh, en, article, liuye }
}

fn whole(figure: &str, names: (&'static str, &'static str), article: u64, liuye: u64) -> Line {
    line(figure, names, real(article), Some(real(liuye)))
}

fn patrols(size: &Size, counted: &Statistics) -> Vec<Line> {
    let mut lines = vec![
        whole("patrol_turns", ("出动警力（人次）", "turns of police and auxiliaries"), size.turns, counted.patrol_turns),
        whole("personnel_active", ("安保力量（名）", "active persons"), size.persons, counted.personnel_active),
    ];
    let by_trade = Staff::by_trade(size.persons);
    for (trade, names) in [
        ("patrol", ("巡逻防控", "of them on patrol")),
        ("safety_check", ("安全检查", "of them for safety checks")),
        ("legal_publicity", ("法治宣传", "of them for legal publicity")),
        ("emergency_rescue", ("应急救援", "of them for emergency rescue")),
    ] {
        let (article, liuye) = (by_trade.get(trade).copied(), counted.details.personnel_by_trade.get(trade).copied());
        lines.push(whole(&format!("personnel_by_trade.{trade}"), names, article.unwrap_or(0), liuye.unwrap_or(0)));
    }
    lines.push(whole("zones_active", ("网格巡逻区", "patrol zones"), 5, counted.zones_active));
    lines.push(line("duty_coverage", ("365天×24小时值守", "the platform's hours that are staffed"), 1.0, counted.duty_coverage));
    lines
}

fn responses(planned: &Response, counted: &Statistics) -> Vec<Line> {
    let response = &counted.response;
    let mut lines = vec![
        whole("response.calls", ("警情与求助", "calls for help"), planned.calls, response.calls),
        whole("response.exercises", ("演练（另计）", "drills, apart"), 1, response.exercises),
    ];
    let names = [
        ("1分钟快反", "calls reached within 1 minute"),
        ("3分钟快反", "calls reached within 3 minutes"),
        ("5分钟快反", "calls reached within 5 minutes"),
    ];
    for ((limit, received, dispatched, uncertain), names) in planned.tiers.into_iter().zip(names) {
        let tier = response.tiers.iter().find(|tier| tier.limit_s == limit);
        let of = |article: u64, share: Option<&Share>, figure: &str, names| {
            let whole = |share: &Share| (share.calls == planned.calls).then_some(share.share).flatten();
            line(&format!("response.{}.{figure}", limit / 60), names, real(article) / real(planned.calls), share.and_then(whole))
        };
        lines.push(of(received, tier.map(|tier| &tier.from_received), "from_received", names));
        lines.push(of(dispatched, tier.map(|tier| &tier.from_dispatched), "from_dispatched", ("　自派警起", "  from dispatch")));
        let figure = format!("response.{}.uncertain", limit / 60);
        let liuye = tier.map(|tier| real(tier.from_received.uncertain));
        lines.push(line(&figure, ("　两钟难定", "  which the clocks leave open"), real(uncertain), liuye));
    }
    lines
}

fn safety(size: &Size, counted: &Statistics) -> Vec<Line> {
    vec![
        whole("campaigns", ("安全检查、集中清查（次）", "campaigns"), size.campaigns, counted.campaigns),
        whole("venue_checks", ("检查场所（家次）", "venues checked"), size.venue_checks, counted.venue_checks),
        whole("hazards_found", ("隐患（处）", "hazards found"), size.hazards, counted.hazards_found),
        whole("hazards_closed", ("整改销号（处）", "hazards closed"), size.hazards, counted.hazards_closed),
        whole("hazards_overdue", ("动态清零", "hazards overdue"), 0, counted.hazards_overdue),
        whole("hazards_open", ("未销号", "hazards open"), 0, counted.details.hazards_open),
    ]
}

fn services(size: &Size, counted: &Statistics) -> Vec<Line> {
    let (response, ratings) = (Response::of(size), &counted.ratings);
    // Who lost something is asked as well, and answers.
    let (asked, given) = (response.asked + 1, response.given + 1);
    vec![
        whole("publicity_sessions", ("宣传（场次）", "publicity sessions"), size.sessions, counted.publicity_sessions),
        whole("leaflets_distributed", ("宣传单页（份）", "leaflets handed out"), size.leaflets, counted.leaflets_distributed),
        whole("consultations", ("咨询", "questions answered"), size.consultations, counted.consultations),
        whole("ratings.asked", ("口碑：邀请评价", "ratings asked for"), asked, ratings.asked),
        line("ratings.share", ("口碑：评价率", "ratings given, of asked"), real(given) / real(asked), ratings.share),
        line("ratings.median", ("口碑：中位数（星）", "ratings' median, stars"), 4.0, ratings.median),
        whole("lost_returned", ("寻回（件）", "lost things that went back"), 1, counted.lost_returned),
        line("lost_return_minutes_median", ("寻回用时（分钟）", "minutes until then"), 70.0, counted.lost_return_minutes_median),
    ]
}
