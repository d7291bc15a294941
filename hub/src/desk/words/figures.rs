//! The words of the statistics: what each figure is called, and what it counts.

use liuye_core::domain::Figure;

use super::Lang;

impl Lang {
    /// What a figure is called.
    pub(crate) const fn figure(self, figure: Figure) -> &'static str {
        match figure {
            Figure::PatrolTurns => self.pick("出动警力（人次）", "Patrol turns"),
            Figure::PersonnelActive => self.pick("安保力量（人）", "Personnel"),
            Figure::ZonesActive => self.pick("网格巡逻区（个）", "Patrol zones"),
            Figure::Response => self.pick("1、3、5分钟快速反应", "The 1-3-5 minute response"),
            Figure::DutyCoverage => self.pick("365天×24小时值守", "Duty posts staffed"),
            Figure::Campaigns => self.pick("安全检查、集中清查（次）", "Campaigns of checks"),
            Figure::VenueChecks => self.pick("检查场所（家次）", "Venues checked"),
            Figure::HazardsFound => self.pick("发现隐患（处）", "Hazards found"),
            Figure::HazardsClosed => self.pick("隐患销号（处）", "Hazards closed"),
            Figure::HazardsOverdue => self.pick("逾期未整改隐患（处）", "Hazards overdue"),
            Figure::PublicitySessions => self.pick("宣传（场次）", "Publicity sessions"),
            Figure::LeafletsDistributed => self.pick("发放宣传单页（份）", "Leaflets handed out"),
            Figure::LostReturned => self.pick("寻回失物（件）", "Lost things returned"),
            Figure::LostReturnMinutesMedian => self.pick("寻回用时中位数（分钟）", "Minutes to a return, median"),
            Figure::Consultations => self.pick("解答咨询（次）", "Consultations"),
            Figure::Ratings => self.pick("口碑评价", "Ratings"),
            other => other.as_str(),
        }
    }

    /// What a figure counts.
    pub(crate) const fn definition(self, figure: Figure) -> &'static str {
        let zh = match figure {
            Figure::PatrolTurns => "期内有被接受的签到或到场记录的民警、辅警，按人员和班次去重。",
            Figure::PersonnelActive => "期末（未到期末则为现在）在岗的人员，去重。",
            Figure::ZonesActive => "辖区的网格；覆盖率为有被接受签到的网格小时除以计划的网格小时。",
            Figure::Response => "每一级内，首个到场在时限内的警情占比；没有到场记为超时，演练和线索另计。",
            Figure::DutyCoverage => "全部值守点有人的时间占期内时间的比例；未结束的统计期算到现在。",
            Figure::Campaigns => "期内有已提交且未退回检查的专项行动，去重。",
            Figure::VenueChecks => "期内提交并经审核通过的检查，按场所和专项行动去重。",
            Figure::HazardsFound => "期内发现的隐患；作废的另计，复发的只计一次。",
            Figure::HazardsClosed => "期内销号的隐患，不论何时发现。",
            Figure::HazardsOverdue => "期末（未到期末则为现在）仍未销号且已逾期的隐患。",
            Figure::PublicitySessions => "期内开展并经核实的宣传。",
            Figure::LeafletsDistributed => "期内领取的宣传单页，减去退回和损耗。",
            Figure::LostReturned => "期内归还的失物。",
            Figure::LostReturnMinutesMedian => "期内归还的失物，从报失到归还用时的中位数，以分钟计。",
            Figure::Consultations => "期内在值守点解答的咨询。",
            Figure::Ratings => "期内请求的评价中已给出的；请求于本人警情办结或失物归还时发出。",
            other => other.definition(),
        };
        self.pick(zh, figure.definition())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_has_its_words_in_both_languages() {
        for figure in Figure::ALL {
            for lang in [Lang::Zh, Lang::En] {
                assert_ne!(lang.figure(*figure), figure.as_str());
            }
            assert_ne!(Lang::Zh.definition(*figure), figure.definition());
        }
    }
}
