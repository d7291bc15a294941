//! The figures of a window as of a position: with charts, the records behind each, and as a table for spreadsheets.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use chrono::{Datelike, NaiveDate};
use liuye_core::domain::{DocumentKind, Figure, Share, Statistics};
use liuye_core::{Code, Error, Result};
use serde::Deserialize;

use super::about::Names;
use super::chart::{Bar, Column, bars, columns, stacked};
use super::frame::{Frame, Visit};
use super::pages::Page;
use super::site::SiteView;
use super::when::{days_after, length};
use super::words::{FORCES, Lang, TRADES};
use crate::hub::Hub;
use crate::ops::stats::{self, Format};

/// Records behind a figure on one page.
const BEHIND: usize = 100;

/// A window of more days than this is shown by months.
const BY_DAY: i64 = 62;

/// A window is at most so many days: two hundred years.
const MOST_DAYS: i64 = 73_050;

/// The figures that are shown over time: of each, what it counts lies on a day.
const OVER_TIME: [Figure; 4] = [Figure::HazardsFound, Figure::HazardsClosed, Figure::PublicitySessions, Figure::LostReturned];

/// What an address may ask for.
#[derive(Deserialize, Default)]
pub(super) struct Asked {
    /// The first day.
    #[serde(default)]
    from: String,
    /// The last day.
    #[serde(default)]
    through: String,
    /// The position of the log as of which the figures hold.
    #[serde(default)]
    as_of: String,
    /// So much behind a figure was seen already.
    #[serde(default)]
    after: usize,
}

/// A window as the page asks for it and as the figures are counted.
pub(super) struct Window {
    pub(super) first: NaiveDate,
    pub(super) last: NaiveDate,
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) as_of: Option<u64>,
}

impl Window {
    fn read(asked: &Asked, site: &SiteView, now: i64) -> Result<Self> {
        let today = site.day(now);
        let day = |text: &str, name: &'static str, default: NaiveDate| match text.trim() {
            "" => Ok(default),
            text => text.parse().map_err(|_| Error::field(Code::TimeMalformed, name, "a day")),
        };
        let last = day(&asked.through, "through", today)?;
        let first = day(&asked.from, "from", first_of(last))?;
        let as_of = match asked.as_of.trim() {
            "" => None,
            text => Some(text.parse().map_err(|_| Error::field(Code::OutOfRange, "as_of", "a position of the site's log"))?),
        };
        if (last - first).num_days() > MOST_DAYS {
            return Err(Error::field(Code::OutOfRange, "from", "at most two hundred years before the last day"));
        }
        Self::of(first, last, as_of, site)
    }

    /// From the beginning of the first day to the end of the last.
    pub(super) fn of(first: NaiveDate, last: NaiveDate, as_of: Option<u64>, site: &SiteView) -> Result<Self> {
        Ok(Self { from: site.begin(first)?, to: site.begin(days_after(last, 1))?, first, last, as_of })
    }

    /// What an address asks for to have the same window.
    fn query(&self, as_of: u64) -> String {
        format!("from={}&through={}&as_of={as_of}", self.first, self.last)
    }
}

/// A figure as the page shows it.
struct Card {
    name: &'static str,
    key: &'static str,
    value: String,
    definition: &'static str,
    version: u32,
    /// What stands beside it.
    more: String,
}

/// A chart over time.
struct Course {
    name: &'static str,
    columns: Vec<Column>,
    /// What the first and the last column stand for.
    ends: (String, String),
    most: u64,
}

#[derive(Template)]
#[template(path = "desk/figures.html")]
struct FiguresPage {
    frame: Frame,
    first: String,
    last: String,
    as_of: u64,
    query: String,
    month: String,
    cards: Vec<Card>,
    tiers: Vec<Bar>,
    response: String,
    forces: Vec<Bar>,
    trades: Vec<Bar>,
    gaps: Vec<(String, String, String)>,
    courses: Vec<Course>,
}

/// Something that a figure counts.
struct Row {
    when: String,
    what: String,
    to: Option<String>,
    records: Vec<(u64, String, String)>,
}

#[derive(Template)]
#[template(path = "desk/behind.html")]
struct BehindPage {
    frame: Frame,
    name: &'static str,
    key: &'static str,
    definition: &'static str,
    first: String,
    last: String,
    as_of: u64,
    query: String,
    rows: Vec<Row>,
    older: Option<usize>,
}

/// `GET /desk/figures`
pub(super) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Response {
    visit.page(Page::Figures, move |hub, frame| build(hub, frame, &asked)).await
}

/// `GET /desk/figures/{figure}`: what it counts, and the records that say so.
pub(super) async fn behind(visit: Visit, Path(figure): Path<String>, Query(asked): Query<Asked>) -> Response {
    visit.page(Page::Figures, move |hub, frame| build_behind(hub, frame, &figure, &asked)).await
}

/// `GET /desk/figures.csv`
pub(super) async fn table(visit: Visit, Query(asked): Query<Asked>) -> Response {
    let build = move |hub: &Hub| {
        let window = Window::read(&asked, &SiteView::read(hub, Lang::Zh)?, hub.now())?;
        stats::print(&hub.statistics(window.from, window.to, window.as_of)?, Format::Csv)
    };
    visit.file(Page::Figures, "text/csv; charset=utf-8", "figures.csv", build).await
}

/// `GET /desk/figures/{figure}/records.csv`
pub(super) async fn behind_table(visit: Visit, Path(figure): Path<String>, Query(asked): Query<Asked>) -> Response {
    let build = move |hub: &Hub| {
        let window = Window::read(&asked, &SiteView::read(hub, Lang::Zh)?, hub.now())?;
        stats::behind(hub, &figure, (window.from, window.to), window.as_of, Format::Csv)
    };
    visit.file(Page::Figures, "text/csv; charset=utf-8", "records.csv", build).await
}

fn build(hub: &Hub, frame: Frame, asked: &Asked) -> Result<FiguresPage> {
    let (lang, names) = (frame.lang, Names::read(hub, frame.lang)?);
    let window = Window::read(asked, &frame.site, hub.now())?;
    let counted = hub.statistics(window.from, window.to, window.as_of)?;
    let gaps = counted.details.duty.posts.iter().flat_map(|post| post.gaps.iter().map(move |gap| (post, gap)));
    let gaps = gaps.map(|(post, gap)| {
        let span = format!("{} – {}", frame.site.minute(gap.from), frame.site.minute(gap.to));
        (names.of(&post.post), span, length(gap.to - gap.from))
    });
    Ok(FiguresPage {
        first: window.first.to_string(),
        last: window.last.to_string(),
        as_of: counted.as_of,
        query: window.query(counted.as_of),
        month: window.last.format("%Y-%m").to_string(),
        cards: Figure::ALL.iter().filter(|figure| **figure != Figure::Response).map(|figure| card(*figure, &counted, lang)).collect(),
        tiers: tiers(&counted, lang),
        response: response(&counted, lang),
        forces: bars(by_words(&counted.details.turns_by_force, &FORCES.map(|(tag, force)| (tag, lang.force(force))))),
        trades: bars(by_words(&counted.details.personnel_by_trade, &TRADES.map(|(tag, trade)| (tag, lang.trade(trade))))),
        gaps: gaps.collect(),
        courses: OVER_TIME.iter().map(|figure| course(hub, *figure, &window, counted.as_of, &frame)).collect::<Result<_>>()?,
        frame,
    })
}

fn card(figure: Figure, counted: &Statistics, lang: Lang) -> Card {
    let details = &counted.details;
    let more = match figure {
        Figure::ZonesActive => {
            let (covered, planned) = (details.coverage.covered, details.coverage.planned);
            details.coverage.share.map(|share| format!("{} {covered}/{planned} = {}", lang.pick("覆盖率", "covered"), percent(share)))
        }
        Figure::HazardsFound => {
            (details.hazards_void > 0).then(|| format!("{} {}", lang.pick("另有作废", "void, apart:"), details.hazards_void))
        }
        Figure::HazardsClosed => details
            .hazard_days_to_close_median
            .map(|days| format!("{} {days:.1} {}", lang.pick("销号用时中位数", "median"), lang.pick("天", "days to close"))),
        Figure::HazardsOverdue => Some(format!(
            "{} {}{}",
            lang.pick("未销号", "open:"),
            details.hazards_open,
            if counted.hazards_overdue == 0 { lang.pick("；动态清零", "; dynamic zero") } else { "" }
        )),
        Figure::LostReturned => details.recovery_rate.map(|rate| {
            format!("{} {}，{} {}", lang.pick("报失", "reported"), details.losses_reported, lang.pick("寻回率", "recovered"), percent(rate))
        }),
        _ => None,
    };
    Card {
        name: lang.figure(figure),
        key: figure.as_str(),
        value: value_of(figure, counted),
        definition: lang.definition(figure),
        version: figure.version(),
        more: more.unwrap_or_default(),
    }
}

/// The first day of a day's month.
pub(super) fn first_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// A figure in a few characters; a dash where there is nothing to count.
pub(super) fn value_of(figure: Figure, counted: &Statistics) -> String {
    match (figure, counted.number(figure)) {
        (_, None) => "–".to_owned(),
        (Figure::DutyCoverage, Some(share)) => percent(share),
        (Figure::LostReturnMinutesMedian, Some(minutes)) => format!("{minutes:.0}"),
        (_, Some(number)) => format!("{number:.0}"),
    }
}

pub(super) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

fn tiers(counted: &Statistics, lang: Lang) -> Vec<Bar> {
    let words = [lang.pick("达标", "met"), lang.pick("超时", "missed"), lang.pick("不确定", "uncertain")];
    let bar = |name: String, share: &Share| {
        let parts = [
            ("good", words[0].to_owned(), share.met),
            ("bad", words[1].to_owned(), share.missed),
            ("look", words[2].to_owned(), share.uncertain),
        ];
        stacked(name, share.share.map_or_else(|| "–".to_owned(), percent), &parts)
    };
    let of_tier = counted.response.tiers.iter().flat_map(|tier| {
        let name = |from: &str| format!("{} ({} s) · {from}", tier.name, tier.limit_s);
        [
            bar(name(lang.pick("自接警", "from receipt")), &tier.from_received),
            bar(name(lang.pick("自派警", "from dispatch")), &tier.from_dispatched),
        ]
    });
    of_tier.collect()
}

fn response(counted: &Statistics, lang: Lang) -> String {
    let response = &counted.response;
    let seconds = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.0} s"));
    format!(
        "{} {} · {} {} · {} {} · P90 {}",
        lang.pick("警情", "calls"),
        response.calls,
        lang.pick("演练（另计）", "drills, apart"),
        response.exercises,
        lang.pick("中位数", "median"),
        seconds(response.median_s),
        seconds(response.p90_s)
    )
}

fn by_words(counts: &std::collections::BTreeMap<String, u64>, words: &[(&'static str, &'static str)]) -> Vec<(String, u64)> {
    let named = words.iter().map(|(tag, words)| ((*words).to_owned(), counts.get(*tag).copied().unwrap_or(0)));
    let others = counts.iter().filter(|(tag, _)| !words.iter().any(|(known, _)| known == tag)).map(|(tag, count)| (tag.clone(), *count));
    named.chain(others).collect()
}

fn course(hub: &Hub, figure: Figure, window: &Window, as_of: u64, frame: &Frame) -> Result<Course> {
    let is_by_day = (window.last - window.first).num_days() < BY_DAY;
    let label = |day: NaiveDate| if is_by_day { day.to_string() } else { day.format("%Y-%m").to_string() };
    let mut counts: Vec<(String, u64)> = Vec::new();
    let mut day = if is_by_day { window.first } else { first_of(window.first) };
    while day <= window.last {
        counts.push((label(day), 0));
        day = if is_by_day { days_after(day, 1) } else { first_of(days_after(day, 31)) };
    }
    for at in hub.times(figure, window.from, window.to, Some(as_of))? {
        let name = label(frame.site.day(at));
        if let Some((_, count)) = counts.iter_mut().find(|(known, _)| *known == name) {
            *count += 1;
        }
    }
    let end = |one: Option<&(String, u64)>| one.map_or_else(String::new, |(name, _)| name.clone());
    Ok(Course {
        name: frame.lang.figure(figure),
        ends: (end(counts.first()), end(counts.last())),
        most: counts.iter().map(|(_, count)| *count).max().unwrap_or(0),
        columns: columns(&counts),
    })
}

fn build_behind(hub: &Hub, frame: Frame, figure: &str, asked: &Asked) -> Result<BehindPage> {
    let figure = Figure::parse(figure).ok_or_else(|| Error::field(Code::NotFound, "figure", "no such figure"))?;
    let (lang, names) = (frame.lang, Names::read(hub, frame.lang)?);
    let window = Window::read(asked, &frame.site, hub.now())?;
    let as_of = match window.as_of {
        Some(as_of) => as_of,
        None => hub.head()?,
    };
    let found = hub.behind(figure, window.from, window.to, Some(as_of), BEHIND, asked.after)?;
    let rows = found.iter().map(|one| {
        let kind = hub.document(&one.document)?.map(|document| document.kind).unwrap_or_default();
        let records = one.operations.iter().map(|record| (record.position, lang.kind(&record.kind), names.of(&record.actor)));
        Ok(Row {
            when: if one.at == 0 { String::new() } else { frame.site.show(one.at) },
            what: names.of(&one.document),
            to: (kind == DocumentKind::Person.as_str()).then(|| format!("/desk/people/{}", one.document)),
            records: records.collect(),
        })
    });
    Ok(BehindPage {
        name: lang.figure(figure),
        key: figure.as_str(),
        definition: lang.definition(figure),
        first: window.first.to_string(),
        last: window.last.to_string(),
        as_of,
        query: window.query(as_of),
        rows: rows.collect::<Result<_>>()?,
        older: (found.len() == BEHIND).then(|| asked.after + BEHIND),
        frame,
    })
}
