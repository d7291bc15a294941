//! P11: a clock that is wrong by ten years loses nothing and moves nobody else's.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use liuye_core::companion::{CheckInDraft, Companion, Config, DatabaseKey, Page, SyncReason};
use liuye_core::domain::{CheckInEvidence, CheckInVerdict, Flag, Movement};
use liuye_core::env::{Clock, Env, SystemClock};
use liuye_core::native::NativeTransport;
use liuye_tests::District;

const TEN_YEARS: i64 = 10 * 365 * 86_400_000;

#[derive(Clone)]
struct WrongClock(Arc<AtomicI64>, Arc<SystemClock>);

impl Clock for WrongClock {
    fn wall_ms(&self) -> i64 {
        self.1.wall_ms() + self.0.load(Ordering::SeqCst)
    }

    fn elapsed_ms(&self) -> u64 {
        self.1.elapsed_ms()
    }

    fn boot_id(&self) -> String {
        self.1.boot_id()
    }
}

fn phone(district: &District, name: &str, clock: &WrongClock) -> Companion {
    let mut config = Config::new(district.phone_path(name), DatabaseKey::from_bytes([42; 32]), "a phone of the tests");
    config.transport = Some(Arc::new(NativeTransport::new()));
    config.clock = Some(Arc::new(clock.clone()));
    Companion::open(config).unwrap()
}

fn visit(district: &District, checkpoint: &str) -> CheckInDraft {
    CheckInDraft {
        checkpoint: None,
        evidence: CheckInEvidence::Qr { payload: district.qr(checkpoint) },
        fix: None,
        movement: Movement::Vehicle,
        note: None,
        photos: Vec::new(),
    }
}

/// What phones with clocks that are wrong by ten years lose, or carry into the future, on this site.
fn harm(district: &District) -> Vec<String> {
    let right = Env::system();
    let mut harm = Vec::new();
    for wrong_by in [TEN_YEARS, -TEN_YEARS] {
        let clock = WrongClock(Arc::new(AtomicI64::new(wrong_by)), Arc::new(SystemClock::new()));
        let (name, person) = if wrong_by > 0 { ("ahead", "p-011") } else { ("behind", "p-012") };
        let wrong = phone(district, name, &clock);
        // Before it ever heard of a hub, and after.
        wrong.patrol().check_in(visit(district, "cp-01")).unwrap();
        wrong.enrol(&district.url(), &district.code(Some(person))).unwrap();
        assert_eq!(wrong.sync(SyncReason::User).unwrap().blocked_reason, None);
        wrong.patrol().check_in(visit(district, "cp-02")).unwrap();
        // The wall clock is set right while the phone is offline: what was written stays what it was.
        clock.0.store(0, Ordering::SeqCst);
        wrong.patrol().check_in(visit(district, "cp-03")).unwrap();
        assert_eq!(wrong.sync(SyncReason::User).unwrap().blocked_reason, None);
        let outbox = wrong.outbox().unwrap();
        if (outbox.pending, outbox.applied, outbox.quarantined, outbox.conflicts) != (0, 4, 0, 0) {
            harm.push(format!("{name} lost something: {outbox:?}"));
        }
        let visits = wrong.patrol().check_ins(Page::first(10)).unwrap();
        assert_eq!(visits.len(), 3);
        let latest = right.clock.wall_ms() + 5 * 60_000;
        harm.extend(visits.iter().filter(|(_, visit)| visit.at > latest).map(|(_, visit)| format!("{name} is in the future: {visit:?}")));
        let flagged = |flag: Flag| visits.iter().filter(|(_, visit)| visit.flags.contains(&flag)).count();
        if flagged(Flag::ClockOffset) + flagged(Flag::ClockFuture) + flagged(Flag::Late) == 0 {
            harm.push(format!("{name} is not flagged: {visits:?}"));
        }
    }
    harm
}

#[test]
fn p11_a_clock_wrong_by_ten_years_loses_nothing_and_moves_nobody_elses() {
    let district = District::open();
    assert_eq!(harm(&district), Vec::<String>::new());
    // Whoever has the right time goes on as if nothing had been.
    let right = Env::system();
    let other = district.staff("p-014");
    let before = right.clock.wall_ms();
    other.patrol().check_in(visit(&district, "cp-05")).unwrap();
    other.sync(SyncReason::User).unwrap();
    let (_, visit) = other.patrol().check_ins(Page::first(1)).unwrap().remove(0);
    assert_eq!(visit.verdict, CheckInVerdict::Accepted, "{visit:?}");
    let recorded = district.hub().recent(u64::MAX, 1).unwrap().remove(0);
    assert!((recorded.recorded_at - before).abs() < 60_000 && (recorded.received_at - before).abs() < 60_000);
    assert_eq!(district.faults(), Vec::<String>::new());
}

/// The negative control: on a site whose clocks may reach as far into the future as they like, the same check finds harm.
#[test]
fn p11_the_check_notices_a_clock_without_bounds() {
    let district = District::open();
    let mut file: serde_json::Value = serde_json::from_str(&District::site_file("site.json")).unwrap();
    file["site"]["settings"]["clock_future_max_s"] = serde_json::json!(u32::MAX);
    district.hub().import_site(&file.to_string()).unwrap();
    let harm = harm(&district);
    assert!(harm.iter().any(|harm| harm.starts_with("ahead is in the future")), "{harm:?}");
}
