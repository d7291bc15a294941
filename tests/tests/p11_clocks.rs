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

#[test]
fn p11_a_clock_wrong_by_ten_years_loses_nothing_and_moves_nobody_elses() {
    let district = District::open();
    let right = Env::system();
    for wrong_by in [TEN_YEARS, -TEN_YEARS] {
        let clock = WrongClock(Arc::new(AtomicI64::new(wrong_by)), Arc::new(SystemClock::new()));
        let (name, person) = if wrong_by > 0 { ("ahead", "p-011") } else { ("behind", "p-012") };
        let wrong = phone(&district, name, &clock);
        // Before it ever heard of a hub, and after.
        wrong.patrol().check_in(visit(&district, "cp-01")).unwrap();
        wrong.enrol(&district.url(), &district.code(Some(person))).unwrap();
        assert_eq!(wrong.sync(SyncReason::User).unwrap().blocked_reason, None);
        wrong.patrol().check_in(visit(&district, "cp-02")).unwrap();
        // The wall clock is set right while the phone is offline: what was written stays what it was.
        clock.0.store(0, Ordering::SeqCst);
        wrong.patrol().check_in(visit(&district, "cp-03")).unwrap();
        assert_eq!(wrong.sync(SyncReason::User).unwrap().blocked_reason, None);
        let outbox = wrong.outbox().unwrap();
        assert_eq!((outbox.pending, outbox.applied, outbox.quarantined, outbox.conflicts), (0, 4, 0, 0), "{name}");
        let visits = wrong.patrol().check_ins(Page::first(10)).unwrap();
        assert_eq!(visits.len(), 3);
        let flagged = |flag: Flag| visits.iter().filter(|(_, visit)| visit.flags.contains(&flag)).count();
        assert!(flagged(Flag::ClockOffset) + flagged(Flag::ClockFuture) + flagged(Flag::Late) >= 1, "{name}: {visits:?}");
    }
    // Whoever has the right time goes on as if nothing had been.
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
