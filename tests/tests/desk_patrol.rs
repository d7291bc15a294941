//! Patrols at the desk: coverage and density by the hour, tours with what was missed, and flagged check-ins with their evidence.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use liuye_core::companion::{CheckInDraft, Companion, ShiftDraft, SyncReason};
use liuye_core::domain::{CheckIn, CheckInEvidence, CheckInVerdict, Movement, Role, Tour, TourState, parse_rfc3339};
use liuye_core::env::{Clock, Env};
use liuye_core::log::{Digest, Fix, FixSource};
use liuye_core::native::NativeTransport;
use liuye_hub::Hub;
use liuye_tests::{DeskBrowser, District, HandClock, INJECTIONS, is_harmless, open_phone_at, png};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

/// A district at eight in the evening of a day in spring, as the hub's clock and all phones' have it.
struct Lake {
    district: District,
    clock: Arc<HandClock>,
    address: String,
    hub: Hub,
}

impl Lake {
    fn open() -> Self {
        let (district, clock) = (District::open(), Arc::new(HandClock::default()));
        clock.set_wall_by(parse_rfc3339("2026-12-01T20:05:00+08:00").unwrap() - clock.wall_ms());
        let env = Env { clock: Arc::clone(&clock) as Arc<dyn Clock>, ..Env::system() };
        let hub = Hub::open(&district.hub_folder(), env).unwrap();
        let address = district.serve_beside(hub.clone());
        Self { district, clock, address, hub }
    }

    fn phone(&self, person: &str) -> Companion {
        let phone = open_phone_at(&self.district.phone_path(person), Arc::new(NativeTransport::new()), &self.clock);
        phone.enrol(&self.address, &liuye_hub::ops::enrol_code::make(&self.hub, Some(person), 1, 60).unwrap()).unwrap();
        sync(&phone);
        phone
    }

    fn officer(&self, role: Role, person: &str) -> DeskBrowser {
        DeskBrowser::officer_at(&self.district, &self.address, role, person)
    }

    /// A check-in by the tag of a checkpoint; `fix` is where the phone says that it is.
    fn check_in(&self, phone: &Companion, checkpoint: &str, fix: Option<(f64, f64)>, note: Option<&str>, photos: Vec<Digest>) -> String {
        let e7 = |degrees: f64| {
            #[allow(clippy::cast_possible_truncation, reason = "degrees")]
            let whole = (degrees * 1e7).round() as i32;
            whole
        };
        let fix = fix.map(|(lat, lon)| Fix {
            lat_e7: e7(lat),
            lon_e7: e7(lon),
            accuracy_mm: 8_000,
            at: self.clock.wall_ms(),
            is_mock: false,
            source: FixSource::Gnss,
        });
        let draft = CheckInDraft {
            checkpoint: None,
            evidence: CheckInEvidence::Qr { payload: self.district.qr(checkpoint) },
            fix,
            movement: Movement::Foot,
            note: note.map(str::to_owned),
            photos,
        };
        let id = phone.patrol().check_in(draft).unwrap().id;
        sync(phone);
        id
    }

    fn seen(&self, id: &str) -> CheckIn {
        serde_json::from_value(self.hub.document(id).unwrap().unwrap().body).unwrap()
    }
}

fn sync(phone: &Companion) {
    assert_eq!(phone.sync(SyncReason::User).unwrap().blocked_reason, None);
}

/// The cells of a place in a table of the page: what each of them tells.
fn told(page: &str, table: &str, place: &str) -> Vec<String> {
    let table = page.split(table).nth(1).unwrap().split("</table>").next().unwrap();
    let line = table.split(&format!("<th scope=\"row\">{place}</th>")).nth(1).unwrap().split("</tr>").next().unwrap();
    line.split("title=\"").skip(1).map(|cell| cell.split('"').next().unwrap().to_owned()).collect()
}

#[test]
fn a_day_shows_which_hours_were_covered_which_were_missed_and_how_dense_the_night_was() {
    let lake = Lake::open();
    let (desk, guard) = (lake.phone("p-003"), lake.phone("p-022"));
    let shift = ShiftDraft {
        person: "p-022".to_owned(),
        zone: Some("z3".to_owned()),
        post: None,
        from: "2026-12-01T20:00:00+08:00".to_owned(),
        to: "2026-12-01T23:00:00+08:00".to_owned(),
    };
    desk.patrol().plan_shift(shift).unwrap();
    sync(&desk);
    lake.check_in(&guard, "cp-09", None, None, Vec::new());
    lake.clock.pass(10 * MINUTE);
    lake.check_in(&guard, "cp-11", None, None, Vec::new());
    lake.clock.pass(2 * HOUR);
    let page = lake.officer(Role::Auditor, "p-010").get("/desk/patrol?day=2026-12-01").text;
    let beach = "Beach";
    let name = page.split("<th scope=\"row\">").find(|rest| rest.contains(beach)).unwrap().split('<').next().unwrap().to_owned();
    let coverage = told(&page, "id=\"coverage\"", &name);
    assert_eq!(coverage.len(), 24);
    assert_eq!(coverage[20..23], ["2 check-ins".to_owned(), "nobody came".to_owned(), "still to come".to_owned()]);
    assert_eq!(coverage[12], "nothing planned");
    assert!(page.contains("1 / 3"), "{page}");
    let road = told(&page, "id=\"density\"", "Lake ring road, east");
    assert!(road.contains(&"2 check-ins, 1 persons".to_owned()) && road.contains(&"not watched".to_owned()), "{road:?}");
    let chinese = lake.officer(Role::Commander, "p-001").get("/desk/patrol?day=2026-12-01&lang=zh-CN");
    assert!(chinese.text.contains("应有人，无人签到") && chinese.text.contains("夜间密度"));
    let other = lake.officer(Role::Auditor, "p-010").get("/desk/patrol?day=2026-11-30");
    assert!(other.text.contains("0 / 0") && other.text.contains("/desk/patrol?day=2026-12-01"));
    assert_eq!(lake.officer(Role::Auditor, "p-010").get("/desk/patrol?day=yesterday").status, 400);
}

#[test]
fn a_flagged_check_in_is_decided_on_with_a_reason_by_who_may_and_its_evidence_lies_side_by_side() {
    let lake = Lake::open();
    let guard = lake.phone("p-022");
    let photo = guard.attach(&png(3, 300)).unwrap().sha256;
    lake.check_in(&guard, "cp-04", None, None, Vec::new());
    lake.clock.pass(20 * MINUTE);
    // 1 km from the checkpoint that its tag names.
    let id = lake.check_in(&guard, "cp-01", Some((29.078, 111.7325)), Some("the path was closed"), vec![photo]);
    assert_eq!(lake.seen(&id).verdict, CheckInVerdict::Flagged);
    let path = format!("/desk/patrol/check-ins/{id}");
    let gong = lake.officer(Role::Desk, "p-003");
    assert!(gong.get("/desk/patrol").says(&[&path, "Chen Lidong", "Beach Park East Gate", "outside the checkpoint"]));
    let page = gong.get(&path);
    let shown =
        ["29.078000, 111.732500", "± 8 m", "Satellites", "Outside", "QR code", "the path was closed", "Beach Changing Rooms", "−20.0 min"];
    assert!(page.says(&shown) && page.says(&["<svg class=\"sketch\"", "Clock off by", &format!("/desk/photos/{photo}")]), "{}", page.text);
    assert!(gong.get(&format!("{path}?lang=zh-CN")).says(&["待查", "不在巡逻点范围内", "扫二维码", "时钟偏差"]));

    for (role, person) in [(Role::Auditor, "p-010"), (Role::Admin, "p-002"), (Role::Inspector, "p-005")] {
        let browser = lake.officer(role, person);
        assert_eq!(browser.post(&format!("{path}/accept"), &[("reason", "x")]).status, 403, "{role:?}");
        assert_eq!(browser.post("/desk/patrol/tours", &[]).status, 403, "{role:?}");
        assert_eq!(browser.get(&path).status, if role == Role::Auditor { 200 } else { 403 }, "{role:?}");
        assert!(!browser.get(&path).text.contains("/accept\""), "{role:?}");
    }
    assert_eq!(DeskBrowser::nobody(&lake.address).post(&format!("{path}/accept"), &[("reason", "x")]).status, 303);
    assert_eq!(gong.post_forged(&format!("{path}/accept"), &[("reason", "x")]).status, 403);
    let refused = gong.post(&format!("{path}/reject"), &[("reason", " ")]);
    assert!(refused.status == 422 && refused.says(&["id=\"reject-reason-fault\"", "This is needed"]), "{}", refused.text);
    assert_eq!(lake.seen(&id).verdict, CheckInVerdict::Flagged, "nothing was decided");
    assert_eq!(gong.post(&format!("{path}/reject"), &[("reason", "a kilometre away")]).status, 303);
    let decided = lake.seen(&id);
    assert_eq!(
        (decided.verdict, decided.reviewed_by.as_deref(), decided.review_reason.as_deref()),
        (CheckInVerdict::Rejected, Some("p-003"), Some("a kilometre away"))
    );
    assert_eq!(lake.officer(Role::Commander, "p-001").post(&format!("{path}/accept"), &[("reason", "no")]).status, 422, "it was decided");
    assert!(gong.get(&path).says(&["Gong Zhilan", "a kilometre away"]) && !gong.get("/desk/patrol").text.contains(&path));
    assert_eq!([gong.post(&format!("{path}/shrug"), &[]).status, gong.get("/desk/patrol/check-ins/none").status], [404, 404]);
    sync(&guard);
    assert_eq!(lake.district.faults(), Vec::<String>::new());
}

#[test]
fn a_tour_is_scheduled_at_the_desk_and_one_that_nobody_walked_is_missed_by_name() {
    let lake = Lake::open();
    let gong = lake.officer(Role::Desk, "p-003");
    let form = |person: &'static str, day: &'static str| [("route", "r-river-night"), ("person", person), ("day", day)];
    for (person, day, field) in [("p-012", "someday", "day"), ("p-999", "2026-12-02", "person")] {
        let refused = gong.post("/desk/patrol/tours", &form(person, day));
        assert!(refused.status == 422 && refused.says(&[&format!("id=\"schedule-{field}-fault\"")]), "{field} {}", refused.text);
    }
    let made = gong.post("/desk/patrol/tours", &form("p-012", "2026-12-02"));
    assert_eq!((made.status, made.to.as_str()), (303, "/desk/patrol?day=2026-12-02"));
    assert!(gong.get("/desk/patrol?day=2026-12-02").says(&["River Street night round", "Yi Shuhe", "Scheduled", "19:00 – 01:30"]));
    lake.clock.pass(36 * HOUR);
    while lake.hub.tick().unwrap() > 0 {}
    let tours = lake.hub.documents(liuye_core::domain::DocumentKind::Tour, 10, 0).unwrap();
    let tour: Tour = serde_json::from_value(tours[0].body.clone()).unwrap();
    assert_eq!((tour.state, tour.scheduled_by.as_str()), (TourState::Missed, "p-003"));
    let gong = lake.officer(Role::Desk, "p-003");
    assert!(gong.get("/desk/patrol?day=2026-12-02").says(&["Missed", "alert at", "Yi Shuhe"]));
}

#[test]
fn whatever_is_typed_comes_out_harmless() {
    let lake = Lake::open();
    let guard = lake.phone("p-022");
    let gong = lake.officer(Role::Desk, "p-003");
    for typed in INJECTIONS {
        let id = lake.check_in(&guard, "cp-01", Some((29.078, 111.7325)), Some(typed), Vec::new());
        lake.clock.pass(20 * MINUTE);
        let path = format!("/desk/patrol/check-ins/{id}");
        let refused = gong.post("/desk/patrol/tours", &[("route", typed), ("person", typed), ("day", typed)]);
        let before = gong.get(&path);
        assert_eq!(gong.post(&format!("{path}/accept"), &[("reason", typed)]).status, 303);
        for page in
            [refused, before, gong.get(&path), gong.get("/desk/patrol"), gong.get("/desk/patrol?day=%3Cscript%3Ealert(1)%3C%2Fscript%3E")]
        {
            assert!(is_harmless(&page.text), "{typed} {}", page.text);
        }
    }
}
