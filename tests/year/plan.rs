//! Who does what when: a year as a list of deeds, drawn from a seed. Beside what figures count stands what they must not.

use super::calls;
use super::deed::{Deed, Event};
use super::staff::{Staff, person};
use crate::sim::chance::Chance;

pub(super) const MINUTE: i64 = 60_000;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

/// 2024-01-01T00:00:00+08:00, where the article's seven months begin.
pub(super) const BEGIN: i64 = 1_704_038_400_000;

/// How much of a year there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Days from 1 January on.
    pub days: i64,
    /// Persons, each with a phone.
    pub persons: u64,
    /// Turns of police and auxiliaries.
    pub turns: u64,
    /// Campaigns.
    pub campaigns: u64,
    /// Venues checked, each once in a campaign.
    pub venue_checks: u64,
    /// Hazards found and closed.
    pub hazards: u64,
    /// Publicity sessions held and verified.
    pub sessions: u64,
    /// Leaflets handed out at them.
    pub leaflets: u64,
    /// Calls for help. The article has no number of them, only in which time somebody is there.
    pub calls: u64,
    /// Questions answered at the platform, of which the article has no number either.
    pub consultations: u64,
}

impl Size {
    /// The article's figures.
    pub const YEAR: Self = Self {
        days: 210,
        persons: 800,
        turns: 8_000,
        campaigns: 50,
        venue_checks: 380,
        hazards: 100,
        sessions: 170,
        leaflets: 9_000,
        calls: 60,
        consultations: 420,
    };

    /// Thirty days of it, with a tenth of the persons: a minute's work.
    pub const THIRTY_DAYS: Self = Self {
        days: 30,
        persons: 80,
        turns: 240,
        campaigns: 7,
        venue_checks: 54,
        hazards: 14,
        sessions: 24,
        leaflets: 1_286,
        calls: 12,
        consultations: 60,
    };

    /// Tourists: one who lost something, and others who call for help.
    const TOURISTS: usize = 4;

    /// How many phones there are: those of the persons, and after them the tourists'.
    pub(super) fn phones(&self) -> usize {
        self.loser() + Self::TOURISTS
    }

    /// The phone of who lost something.
    pub(super) fn loser(&self) -> usize {
        usize::try_from(self.persons).unwrap()
    }

    /// The phone of who makes this call.
    pub(super) fn phone_of_caller(&self, number: u64) -> usize {
        self.loser() + 1 + usize::try_from(number).unwrap() % (Self::TOURISTS - 1)
    }
}

/// Everything that happens, by its time.
pub(super) fn events(size: &Size, seed: u64, checkpoints: &[(String, String)], venues: &[String]) -> Vec<Event> {
    let mut plan = Plan { size, staff: Staff::of(size.persons), chance: Chance::new(seed, 50), checkpoints, events: Vec::new() };
    plan.turns();
    plan.what_is_no_turn();
    plan.platform();
    plan.campaigns(venues);
    plan.hazards(venues);
    plan.sessions();
    plan.calls();
    plan.consultations();
    plan.loss();
    for day in 0..size.days + 4 {
        plan.add(BEGIN + day * DAY + 23 * HOUR, plan.staff.desk, Deed::Desk);
    }
    let mut events = plan.events;
    events.sort_by_key(|event| event.at);
    events
}

/// A year as it is drawn up.
pub(super) struct Plan<'a> {
    pub(super) size: &'a Size,
    pub(super) staff: Staff,
    chance: Chance,
    /// Id and zone.
    checkpoints: &'a [(String, String)],
    events: Vec<Event>,
}

impl Plan<'_> {
    pub(super) fn add(&mut self, at: i64, phone: usize, deed: Deed) {
        self.events.push(Event { at, phone, deed });
    }

    /// The day on which the one of that number falls, where so many are spread over the year.
    pub(super) fn day(&self, number: u64, of: u64) -> i64 {
        BEGIN + i64::try_from(number).unwrap() * self.size.days / i64::try_from(of).unwrap() * DAY
    }

    /// A shift with a check-in, now and then two.
    fn turn(&mut self, day: i64, phone: usize, note: Option<&'static str>) {
        let start = day + self.chance.ms(8 * HOUR..17 * HOUR);
        let checkpoint = usize::try_from(self.chance.of(0..self.checkpoints.len() as u64)).unwrap();
        let zone = Some(self.checkpoints[checkpoint].1.clone());
        self.add(start, phone, Deed::StartShift { zone, post: None, minutes: 240 });
        let first = start + self.chance.ms(10 * MINUTE..100 * MINUTE);
        self.add(first, phone, Deed::CheckIn { checkpoint, note });
        if note.is_none() && self.chance.one_in(8) {
            self.add(first + HOUR, phone, Deed::CheckIn { checkpoint, note });
        }
        self.add(start + 4 * HOUR, phone, Deed::EndShift);
    }

    /// All turns but those of whoever reached a call.
    fn turns(&mut self) {
        let walked = self.size.turns - calls::reached(self.size);
        for turn in 0..walked {
            let patrols = self.staff.patrols.clone();
            let phone = patrols.start + usize::try_from(turn).unwrap() % patrols.len();
            // A doubtful one counts once the desk has looked at it.
            let note = (turn % 200 == 7).then_some("no position");
            self.turn(self.day(turn, walked), phone, note);
        }
    }

    /// Guards and volunteers, who are counted apart; check-ins that the desk rejects; shifts without a check-in.
    fn what_is_no_turn(&mut self) {
        let others = self.staff.others.clone();
        for phone in others.clone() {
            let day = self.day((phone - others.start) as u64, others.len() as u64);
            self.turn(day, phone, None);
        }
        for number in 0..self.size.days / 10 {
            let day = BEGIN + number * 10 * DAY;
            let inspectors = self.staff.inspectors.clone();
            self.turn(day, inspectors.start, Some("no visit"));
            let start = day + 8 * HOUR;
            self.add(start, inspectors.start + 1, Deed::StartShift { zone: Some("z1".to_owned()), post: None, minutes: 60 });
            self.add(start + HOUR, inspectors.start + 1, Deed::EndShift);
        }
    }

    /// Three shifts a day at the platform. Whoever comes is there before the last one goes.
    fn platform(&mut self) {
        let platform = self.staff.platform.clone();
        for shift in 0..self.size.days * 3 {
            let (from, phone) = (BEGIN + shift * 8 * HOUR, platform.start + usize::try_from(shift).unwrap() % platform.len());
            self.add(from - 5 * MINUTE, phone, Deed::StartShift { zone: None, post: Some("dp-platform".to_owned()), minutes: 490 });
            self.add(from + 8 * HOUR + 2 * MINUTE, phone, Deed::EndShift);
        }
    }

    /// Whoever is at the platform is asked something now and then.
    fn consultations(&mut self) {
        let platform = self.staff.platform.clone();
        let shifts = u64::try_from(self.size.days * 3).unwrap();
        for number in 0..self.size.consultations {
            let shift = number * shifts / self.size.consultations;
            let phone = platform.start + usize::try_from(shift).unwrap() % platform.len();
            let from = BEGIN + i64::try_from(shift).unwrap() * 8 * HOUR;
            let asked = from + self.chance.ms(HOUR..7 * HOUR);
            self.add(asked, phone, Deed::Consult);
        }
    }

    fn campaigns(&mut self, venues: &[String]) {
        let inspectors = self.staff.inspectors.clone();
        let mut visits = std::collections::BTreeMap::<usize, i64>::new();
        for check in 0..self.size.venue_checks {
            let campaign = check % self.size.campaigns;
            let place = check / self.size.campaigns;
            let venue = venues[usize::try_from(campaign * 7 + place).unwrap() % venues.len()].clone();
            let phone = inspectors.start + usize::try_from(check).unwrap() % inspectors.len();
            let day = self.day(campaign, self.size.campaigns);
            let visit = visits.entry(phone).or_default();
            *visit += 1;
            let at = day + 9 * HOUR + (*visit % 12) * 40 * MINUTE;
            let campaign = format!("campaign-{campaign:02}");
            // What is handed in badly is sent back, and the venue is visited again.
            if check % 40 == 3 {
                self.add(at - 20 * MINUTE, phone, Deed::StartInspection { venue: venue.clone(), campaign: campaign.clone() });
                self.add(at - 10 * MINUTE, phone, Deed::Submit { sloppy: true });
            }
            self.add(at, phone, Deed::StartInspection { venue, campaign });
            self.add(at + 10 * MINUTE, phone, Deed::Submit { sloppy: false });
        }
    }

    fn hazards(&mut self, venues: &[String]) {
        let inspectors = self.staff.inspectors.clone();
        for number in 0..self.size.hazards + 3 {
            let venue = venues[usize::try_from(number).unwrap() % venues.len()].clone();
            let phone = inspectors.start + usize::try_from(number).unwrap() % inspectors.len();
            let second = inspectors.start + (usize::try_from(number).unwrap() + 1) % inspectors.len();
            let found = self.day(number, self.size.hazards + 4) + 19 * HOUR + i64::try_from(number % 30).unwrap() * MINUTE;
            self.add(found, phone, Deed::FindHazard { number, venue });
            if number >= self.size.hazards {
                self.add(found + HOUR, phone, Deed::Void { number });
            } else if number.is_multiple_of(2) {
                self.add(found + 5 * MINUTE, phone, Deed::CloseOnSpot { number, witness: person(second) });
            } else {
                self.add(found + 5 * MINUTE, phone, Deed::Assign { number });
                self.add(found + 6 * MINUTE, phone, Deed::Begin { number });
                self.add(found + 10 * MINUTE, phone, Deed::Rectify { number });
                self.add(found + 3 * HOUR, second, Deed::Reinspect { number });
                self.add(found + 3 * HOUR + MINUTE, second, Deed::CloseHazard { number });
            }
        }
    }

    /// One valuable, back after an hour and ten minutes.
    fn loss(&mut self) {
        let (tourist, desk) = (self.size.loser(), self.staff.desk);
        let reported = BEGIN + self.size.days / 2 * DAY + 10 * HOUR + 17 * MINUTE;
        self.add(reported, tourist, Deed::ReportLoss);
        self.add(reported + 25 * MINUTE, desk, Deed::Candidate);
        self.add(reported + 70 * MINUTE, desk, Deed::Return);
        self.add(reported + 80 * MINUTE, tourist, Deed::RateReturn);
    }
}
