//! Coverage, night density and the hint to move, to the figure.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod domain_world;

use domain_world::{Memory, person};
use liuye_core::domain::{
    Coverage, CrowdCount, CrowdRecord, Kind, MoveHint, Planned, Role, Route, Seen, Settings, Shift, SiteFile, Unit, Verdict, ZoneHour,
    ZoneLoad, move_hints, parse_rfc3339, road_density, zone_density,
};
use liuye_core::{Code, log::DeviceKey};
use serde_json::json;

const HOUR: i64 = 3_600_000;
const TZ: chrono_tz::Tz = chrono_tz::Asia::Shanghai;

/// A time of the evening of the first of May, or of the morning after it.
fn clock(text: &str) -> i64 {
    let day = if text < "12:00" { "02" } else { "01" };
    parse_rfc3339(&format!("2026-05-{day}T{text}:00+08:00")).unwrap()
}

fn planned(zone: &str, from: &str, to: &str) -> Planned {
    Planned { zone: zone.to_owned(), from: clock(from), to: clock(to) }
}

fn seen(zone: &str, checkpoint: &str, person: &str, at: &str) -> Seen {
    Seen { zone: zone.to_owned(), checkpoint: checkpoint.to_owned(), person: person.to_owned(), at: clock(at) }
}

fn lake() -> SiteFile {
    SiteFile::parse(include_str!("../../fixtures/liuye-lake/site.json")).unwrap()
}

#[test]
fn a_zone_hour_is_planned_by_any_part_of_it_and_covered_by_one_check_in() {
    let plans = [planned("z1", "19:30", "22:00"), planned("z1", "21:00", "22:00"), planned("z2", "23:00", "01:00")];
    let visits = [
        seen("z1", "cp-22", "p-1", "19:10"),
        seen("z1", "cp-22", "p-1", "21:59"),
        seen("z1", "cp-23", "p-2", "22:00"),
        seen("z2", "cp-30", "p-3", "00:00"),
        seen("z2", "cp-30", "p-3", "00:30"),
    ];
    let coverage = Coverage::count(&plans, &visits, (clock("19:00"), clock("03:00")), TZ);
    let rows: Vec<_> =
        coverage.hours.iter().map(|hour| (hour.zone.as_str(), (hour.from - clock("19:00")) / HOUR, hour.planned, hour.check_ins)).collect();
    assert_eq!(rows, [("z1", 0, 1, 1), ("z1", 1, 1, 0), ("z1", 2, 2, 1), ("z1", 3, 0, 1), ("z2", 4, 1, 0), ("z2", 5, 1, 2)]);
    assert_eq!((coverage.covered, coverage.planned), (3, 5), "what nobody planned is not counted, however often it was visited");
    // Only what lies in the window.
    let late = Coverage::count(&plans, &visits, (clock("21:00"), clock("00:00")), TZ);
    assert_eq!((late.covered, late.planned), (1, 2));
    assert_eq!(Coverage::count(&plans, &visits, (clock("21:00"), clock("21:00")), TZ).hours, []);
}

#[test]
fn hours_are_those_of_the_sites_clock() {
    let from = parse_rfc3339("2026-05-01T18:00:00+05:45").unwrap();
    let plans = [Planned { zone: "z1".to_owned(), from, to: from + HOUR }];
    let count = |tz| Coverage::count(&plans, &[], (from - HOUR, from + 2 * HOUR), tz).planned;
    assert_eq!((count(chrono_tz::Asia::Kathmandu), count(TZ)), (1, 2), "a full hour there is a part of two here");
    // The day on which Berlin puts its clocks forward has 23 hours.
    let midnight = parse_rfc3339("2026-03-29T00:00:00+01:00").unwrap();
    let day = [Planned { zone: "z1".to_owned(), from: midnight, to: midnight + 23 * HOUR }];
    assert_eq!(Coverage::count(&day, &[], (midnight, midnight + 23 * HOUR), chrono_tz::Europe::Berlin).planned, 23);
}

#[test]
fn a_warning_comes_before_the_hour_is_lost_and_not_after() {
    let plans = [planned("z1", "19:00", "21:00"), planned("z2", "19:00", "20:00")];
    let visits = [seen("z2", "cp-30", "p-3", "19:05")];
    let coverage = Coverage::count(&plans, &visits, (clock("19:00"), clock("21:00")), TZ);
    let warned = |at: &str| coverage.warnings(clock(at), 15).iter().map(|hour| (hour.zone.as_str(), hour.from)).collect::<Vec<_>>();
    assert_eq!(warned("19:44"), []);
    assert_eq!(warned("19:45"), [("z1", clock("19:00"))]);
    assert_eq!(warned("19:59"), [("z1", clock("19:00"))]);
    assert_eq!(warned("20:00"), [], "too late to warn");
    assert_eq!(coverage.next_warning(clock("19:00"), 15), Some(clock("19:45")));
    assert_eq!(coverage.next_warning(clock("19:45"), 15), Some(clock("20:45")));
    assert_eq!(coverage.next_warning(clock("20:45"), 15), None);
    assert!(coverage.hours.iter().all(|hour: &ZoneHour| hour.is_open() != hour.is_covered()));
}

#[test]
fn a_shift_plans_its_window_whether_anybody_came_or_not() {
    let mut world = Memory::hub();
    let desk = person("p-003", Role::Desk);
    let (from, to) = (clock("19:00"), clock("22:00"));
    let plan = json!({"event": "plan", "person": "p-012", "zone": "z1", "from": from, "to": to});
    assert_eq!(world.act(&desk, Kind::ShiftPlan, "s1", plan), Verdict::CLEAN);
    let now = |world: &Memory| Planned::of_shift(&serde_json::from_value::<Shift>(world.body("s1").clone()).unwrap());
    assert_eq!(now(&world), Some(planned("z1", "19:00", "22:00")));
    assert!(world.lapse("s1", to));
    assert_eq!(now(&world), Some(planned("z1", "19:00", "22:00")), "a no-show leaves a hole, it does not fill one");
    world.force("s1", "state", json!("cancelled"));
    assert_eq!(now(&world), None);
}

#[test]
fn the_night_of_a_key_road_is_counted_hour_by_hour() {
    let file = lake();
    // Watched from 19:00 to 01:00, two an hour wanted.
    let roads = &file.key_roads[..1];
    let visits = [
        seen("z1", "cp-22", "p-1", "18:30"),
        seen("z1", "cp-22", "p-1", "19:00"),
        seen("z1", "cp-23", "p-1", "19:40"),
        seen("z1", "cp-26", "p-1", "19:50"),
        seen("z1", "cp-24", "p-1", "00:10"),
        seen("z1", "cp-25", "p-2", "00:20"),
        seen("z1", "cp-27", "p-2", "00:59"),
        seen("z1", "cp-27", "p-2", "01:00"),
    ];
    let hours = road_density(roads, &visits, (clock("18:00"), clock("06:00")), TZ);
    let rows: Vec<_> =
        hours.iter().map(|hour| ((hour.from - clock("19:00")) / HOUR, hour.check_ins, hour.persons, hour.is_thin())).collect();
    assert_eq!(rows, [(0, 2, 1, false), (1, 0, 0, true), (2, 0, 0, true), (3, 0, 0, true), (4, 0, 0, true), (5, 3, 2, false)]);
    assert!(hours.iter().all(|hour| hour.place == "kr-river-street" && hour.wanted == 2));
    // The zones' night is the site's: 19:00 to 06:00.
    let zones = zone_density(&file.zones, &visits, (clock("18:00"), clock("06:00")), &Settings::default(), TZ);
    assert_eq!(zones.len(), 5 * 11);
    let first: Vec<_> =
        zones.iter().filter(|hour| hour.place == "z1" && hour.check_ins > 0).map(|hour| (hour.check_ins, hour.persons)).collect();
    assert_eq!(first, [(3, 1), (3, 2), (1, 1)]);
}

#[test]
fn a_route_past_midnight_ends_on_the_next_day() {
    let route = |id: &str| -> Route { lake().routes.into_iter().find(|route| route.id == id).unwrap() };
    let day = chrono::NaiveDate::from_ymd_opt(2026, 5, 1).unwrap();
    let at = |text: &str| parse_rfc3339(text).unwrap();
    assert_eq!(route("r-river-night").window(day, TZ).unwrap(), (at("2026-05-01T19:00:00+08:00"), at("2026-05-02T01:30:00+08:00")));
    assert_eq!(route("r-beach").window(day, TZ).unwrap(), (at("2026-05-01T08:00:00+08:00"), at("2026-05-01T19:00:00+08:00")));
}

fn load(zone: &str, visitors: u32, on_duty: &[&str]) -> ZoneLoad {
    ZoneLoad { zone: zone.to_owned(), visitors, on_duty: on_duty.iter().map(|id| (*id).to_owned()).collect() }
}

#[test]
fn the_hint_moves_people_where_the_visitors_are_and_keeps_teams_together() {
    let file = lake();
    let loads = [load("z1", 8000, &["a", "b"]), load("z2", 1000, &["p-013", "p-021", "c", "d", "e", "f"]), load("z3", 1000, &["g", "h"])];
    // Ten on duty, one stays in each zone; of the seven others 5.6, 0.7 and 0.7: 5, 1 and 1.
    let hints = move_hints(&loads, &file.units, 0);
    let (from, to) = ("z2".to_owned(), "z1".to_owned());
    assert_eq!(hints, [MoveHint { from, to, persons: 4, units: vec!["u-tower".to_owned()] }]);
    assert_eq!(move_hints(&[load("z1", 100, &["a"]), load("z2", 0, &["b"])], &[], 0), [], "the last one stays");
    assert_eq!(move_hints(&[load("z1", 0, &[]), load("z2", 0, &["a", "b"])], &[], 0), [], "no visitors, no hint");
    assert_eq!(move_hints(&[], &[], 0), []);
    let disbanded: Vec<_> = file.units.iter().map(|unit| Unit { disbanded_at: Some(5), ..unit.clone() }).collect();
    assert_eq!(move_hints(&loads, &disbanded, 5)[0].units, Vec::<String>::new());
}

#[test]
fn an_old_count_says_nothing_and_the_last_one_speaks() {
    let mut world = Memory::hub();
    let guard = person("p-019", Role::Guard);
    let mut count = |id: &str, zone: &str, visitors: u32, at: i64| {
        let mut operation = world.operation(Kind::CrowdCount, id, json!({"zone": zone, "visitors": visitors}));
        operation.recorded_at = at;
        assert_eq!(world.take(&operation, &guard), Verdict::CLEAN);
        serde_json::from_value::<CrowdCount>(world.body(id).clone()).unwrap()
    };
    let counts = [count("k1", "z1", 50, 0), count("k2", "z1", 70, 10), count("k3", "z2", 9, 3_600_010), count("k4", "z3", 5, -1)];
    assert_eq!(ZoneLoad::of(&counts, &[], &Settings::default(), 3_600_000), [load("z1", 70, &[])]);
    assert_eq!(ZoneLoad::of(&counts, &[], &Settings::default(), 3_600_010), [load("z1", 70, &[]), load("z2", 9, &[])]);
}

#[test]
fn visitors_are_counted_by_staff_in_a_zone_that_is_there() {
    let mut world = Memory::hub();
    let guard = person("p-019", Role::Guard);
    let refused = |world: &mut Memory, actor, body| {
        let verdict = world.act(actor, Kind::CrowdCount, "k1", body);
        let (code, field) = domain_world::refusal(&verdict);
        (code, field.to_owned())
    };
    let field = |code, field: &str| (code, field.to_owned());
    assert_eq!(refused(&mut world, &guard, json!({"zone": "z9", "visitors": 1})), field(Code::UnknownReference, "zone"));
    assert_eq!(refused(&mut world, &guard, json!({"zone": "z1", "visitors": 1_000_001})), field(Code::OutOfRange, "visitors"));
    let tourist = liuye_core::domain::Actor::Tourist;
    assert_eq!(refused(&mut world, &tourist, json!({"zone": "z1", "visitors": 1})), field(Code::NotPermitted, ""));
    let write = CrowdCount::imported(CrowdRecord { zone: "z1".to_owned(), visitors: 3 }, 42).unwrap();
    assert_eq!((write.id.as_str(), &write.body["source"]), ("crowd.z1.42", &json!("import")));
    assert!(!write.buckets.iter().any(|bucket| *bucket == liuye_core::domain::Bucket::Device(DeviceKey::from_bytes(&[1; 32]).device())));
}
