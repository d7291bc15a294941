//! What a year has to come to, figure by figure.

use liuye_core::domain::Statistics;

use super::plan::Size;

/// The figures as the plan makes them: for the whole year those of the article.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Article {
    /// 出动警力 8000余人次
    pub patrol_turns: u64,
    /// 安保力量 800余名
    pub personnel_active: u64,
    /// 5个网格巡逻区
    pub zones_active: u64,
    /// 365天×24小时值守
    pub duty_coverage: f64,
    /// 50余次
    pub campaigns: u64,
    /// 380余家次
    pub venue_checks: u64,
    /// 隐患 100余处
    pub hazards_found: u64,
    /// 整改
    pub hazards_closed: u64,
    /// 动态清零
    pub hazards_overdue: u64,
    /// 寻回
    pub lost_returned: u64,
    /// 1个多小时
    pub lost_return_minutes_median: f64,
}

/// One figure beside what was counted.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Line {
    /// Its name.
    pub figure: &'static str,
    /// The article's.
    pub article: f64,
    /// Liuye's.
    pub liuye: Option<f64>,
}

impl Line {
    /// Whether the two are the same. No figure of the article has a part of a whole but the share of 1.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.liuye.is_some_and(|liuye| (liuye - self.article).abs() < 1e-9)
    }
}

impl Article {
    /// What a year of this size comes to.
    #[must_use]
    pub fn of(size: &Size) -> Self {
        Self {
            patrol_turns: size.turns,
            personnel_active: size.persons,
            zones_active: 5,
            duty_coverage: 1.0,
            campaigns: size.campaigns,
            venue_checks: size.venue_checks,
            hazards_found: size.hazards,
            hazards_closed: size.hazards,
            hazards_overdue: 0,
            lost_returned: 1,
            lost_return_minutes_median: 70.0,
        }
    }

    /// Each figure beside what was counted.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "counts of a district")]
    pub fn beside(&self, counted: &Statistics) -> Vec<Line> {
        let whole = |figure, article: u64, liuye: u64| Line { figure, article: article as f64, liuye: Some(liuye as f64) };
        vec![
            whole("patrol_turns", self.patrol_turns, counted.patrol_turns),
            whole("personnel_active", self.personnel_active, counted.personnel_active),
            whole("zones_active", self.zones_active, counted.zones_active),
            Line { figure: "duty_coverage", article: self.duty_coverage, liuye: counted.duty_coverage },
            whole("campaigns", self.campaigns, counted.campaigns),
            whole("venue_checks", self.venue_checks, counted.venue_checks),
            whole("hazards_found", self.hazards_found, counted.hazards_found),
            whole("hazards_closed", self.hazards_closed, counted.hazards_closed),
            whole("hazards_overdue", self.hazards_overdue, counted.hazards_overdue),
            whole("lost_returned", self.lost_returned, counted.lost_returned),
            Line {
                figure: "lost_return_minutes_median",
                article: self.lost_return_minutes_median,
                liuye: counted.lost_return_minutes_median,
            },
        ]
    }
}
