//! The live line: head numbers within a second, for whoever may hear them, at a small price.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on has failed; measurements are printed")]
#![allow(clippy::disallowed_methods, reason = "what is measured is how long a client waits, by its own clock")]

use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use liuye_core::domain::Role;
use liuye_core::env::{Env, Method};
use liuye_core::log::Digest;
use liuye_core::sync::signature;
use liuye_hub::Hub;
use liuye_tests::{DeskBrowser, District, HubProgram, LiveLine, RawPhone};

const SITE: &str = "liuye-lake";

/// An event has to be told within this.
const A_SECOND: Duration = Duration::from_secs(1);

fn desk_line(district: &District, browser: &DeskBrowser) -> Result<LiveLine, String> {
    LiveLine::open(&district.url(), SITE, &[("cookie".to_owned(), browser.cookies())])
}

fn phone_line(url: &str, phone: &RawPhone) -> Result<LiveLine, String> {
    let path = format!("/v1/sites/{SITE}/live");
    LiveLine::open(url, SITE, &signature::sign(&phone.key, "GET", &path, &[], None))
}

#[test]
fn an_event_reaches_the_desk_within_a_second_whichever_hub_took_it_in() {
    let district = District::open();
    let browser = DeskBrowser::log_in(&district, "wang", Role::Desk, Some("p-003"));
    let phone = district.staff("p-011");
    let mut line = desk_line(&district, &browser).unwrap();
    let first = line.next().unwrap();
    assert_eq!((first.event.as_str(), first.head), ("head", district.hub().head().unwrap()));
    district.check_in(&phone, "cp-22");
    let (head, began) = (district.hub().head().unwrap(), Instant::now());
    assert!(head > first.head);
    assert_eq!(line.wait_for(head).head, head);
    assert!(began.elapsed() < A_SECOND, "{:?}", began.elapsed());
    // What another process wrote into the same ledger is heard as well.
    let other = Hub::open(&district.hub_folder(), Env::system()).unwrap();
    other.import_site(&District::site_file("site-next.json")).unwrap();
    let (head, began) = (district.hub().head().unwrap(), Instant::now());
    line.wait_for(head);
    assert!(began.elapsed() < A_SECOND, "{:?}", began.elapsed());
    assert!(line.is_silent_for(Duration::from_millis(600)), "where nothing changes, nothing is said");
}

#[test]
fn a_phone_hears_of_its_own_buckets_and_of_nothing_else() {
    let district = District::open();
    let listening = RawPhone::enrol(&district, Some("p-014"));
    let (neighbour, stranger) = (district.staff("p-022"), district.staff("p-011"));
    let mut line = phone_line(&district.url(), &listening).unwrap();
    let first = line.next().unwrap();
    district.check_in(&stranger, "cp-22");
    assert!(line.is_silent_for(Duration::from_millis(700)), "a check-in in z1 is none of z3's");
    let before = district.hub().head().unwrap();
    district.check_in(&neighbour, "cp-02");
    let told = line.next().unwrap();
    assert!(told.head > before && told.head > first.head, "{told:?} after {before}");
}

#[test]
fn nobody_listens_who_may_not_and_a_line_ends_with_the_right_to_it() {
    let district = District::open();
    let refused = |line: Result<LiveLine, String>| line.err().unwrap().split(' ').nth(1).unwrap().to_owned();
    assert_eq!(refused(LiveLine::open(&district.url(), SITE, &[])), "401");
    let admin = DeskBrowser::log_in(&district, "root", Role::Admin, None);
    assert_eq!(refused(desk_line(&district, &admin)), "403");
    let auditor = DeskBrowser::log_in(&district, "zhuo", Role::Auditor, None);
    let cookies = [("cookie".to_owned(), auditor.cookies())];
    assert_eq!(refused(LiveLine::open(&district.url(), "elsewhere", &cookies)), "404");
    assert!(desk_line(&district, &auditor).is_ok());
    let phone = RawPhone::enrol(&district, None);
    let path = format!("/v1/sites/{SITE}/live");
    // Signed for another method: not this request.
    let signed = signature::sign(&phone.key, "POST", &path, &[], None);
    assert_eq!(refused(LiveLine::open(&district.url(), SITE, &signed)), "401");
    let mut line = phone_line(&district.url(), &phone).unwrap();
    line.next().unwrap();
    liuye_hub::ops::device::revoke(district.hub(), &phone.key.device().to_string(), false).unwrap();
    assert_eq!(refused(phone_line(&district.url(), &phone)), "403");
    assert_eq!(line.next(), None, "at the next beat the line is over");
}

#[test]
fn a_hub_that_stops_ends_its_lines_at_once_and_one_that_starts_again_takes_them() {
    let mut district = District::open();
    let browser = DeskBrowser::log_in(&district, "wang", Role::Desk, Some("p-003"));
    let mut line = desk_line(&district, &browser).unwrap();
    line.next().unwrap();
    let began = Instant::now();
    district.stop();
    assert!(began.elapsed() < Duration::from_secs(5), "the hub waits for no line: {:?}", began.elapsed());
    assert_eq!(line.next(), None);
    // What came while nobody listened is told by the first word.
    district.hub().import_site(&District::site_file("site-next.json")).unwrap();
    district.start();
    assert_eq!(desk_line(&district, &browser).unwrap().next().unwrap().head, district.hub().head().unwrap());
}

#[test]
fn a_hint_ahead_of_its_log_is_told_too() {
    let district = District::open();
    let browser = DeskBrowser::log_in(&district, "wang", Role::Desk, Some("p-003"));
    let phone = RawPhone::enrol(&district, Some("p-011"));
    let mut line = desk_line(&district, &browser).unwrap();
    line.next().unwrap();
    // A hint for a later place of the log: the operations before it are still on the phone.
    let mut hint = phone.operation(2, phone.genesis());
    hint.kind = "call.raise".to_owned();
    hint.actor = "p-011".to_owned();
    hint.body = serde_json::value::to_raw_value(&serde_json::json!({"event": "raise", "source": "app", "category": "drowning"})).ok();
    hint.seal();
    let hints = serde_json::to_string(&[&hint]).unwrap();
    let body = format!(r#"{{"epoch":1,"first_seq":1,"operations":[],"hints":{hints},"limit":1}}"#);
    let answer = phone.signed(Method::Post, &format!("/v1/sites/{SITE}/sync"), body.as_bytes(), &[]);
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    assert_eq!(district.hub().hints(10).unwrap().len(), 1);
    assert_eq!(line.next().unwrap().event, "hints");
}

/// Lines at once of the measurement.
const LINES: usize = 1000;

/// Lines of one officer of it; the hub allows a dozen.
const LINES_OF_ONE: usize = 10;

/// What that many lines may cost the hub.
const MOST_BYTES: u64 = 64 << 20;

/// The bytes of a process that are in memory.
fn resident(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap() * 1024
}

/// So many officers who are logged in, written down by hand: hashing their passwords would take longer than all the rest.
fn sessions(hub: &Path, officers: usize) -> Vec<String> {
    let accounts = rusqlite::Connection::open(hub.join("accounts.db")).unwrap();
    let now = Env::system().clock.wall_ms();
    let session = |number: usize| {
        let (name, token) = (format!("officer-{number}"), format!("token-{number}"));
        accounts.execute("INSERT INTO officers (name, role, password) VALUES (?1, 'desk', '')", [&name]).unwrap();
        let sql = "INSERT INTO sessions (token, officer, csrf, began_at, seen_at) VALUES (?1, ?2, '', ?3, ?3)";
        accounts.execute(sql, (Digest::of(token.as_bytes()).0, &name, now)).unwrap();
        format!("liuye_session={token}")
    };
    (0..officers).map(session).collect()
}

#[test]
fn a_thousand_lines_cost_less_than_sixty_four_mebibytes_and_all_of_them_hear_within_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let beside = Hub::open(folder.path(), Env::system()).unwrap();
    beside.import_site(&District::site_file("site.json")).unwrap();
    let cookies = sessions(folder.path(), LINES / LINES_OF_ONE);
    let mut hub = HubProgram::new(env!("CARGO_BIN_EXE_liuye-under-test"), folder.path());
    hub.start();
    let url = format!("http://127.0.0.1:{}", hub.port());
    let open = |cookie: &String| LiveLine::open(&url, SITE, &[("cookie".to_owned(), cookie.clone())]).unwrap();
    // One line first: what any line needs once is not the price of a line.
    drop(open(&cookies[0]));
    let before = resident(hub.id().unwrap());
    let mut lines: Vec<_> = cookies.iter().flat_map(|cookie| (0..LINES_OF_ONE).map(|_| open(cookie)).collect::<Vec<_>>()).collect();
    assert_eq!(lines.len(), LINES);
    let first: Vec<_> = lines.iter_mut().map(|line| line.next().unwrap().head).collect();
    let grown = resident(hub.id().unwrap()).saturating_sub(before);
    println!("{LINES} lines cost {:.1} MiB, {:.1} KiB each", grown as f64 / f64::from(1 << 20), grown as f64 / 1024.0 / LINES as f64);
    assert!(grown < MOST_BYTES, "{grown} bytes");

    beside.import_site(&District::site_file("site-next.json")).unwrap();
    let (head, began) = (beside.head().unwrap(), Instant::now());
    assert!(first.iter().all(|first| *first < head));
    for line in &mut lines {
        assert_eq!(line.wait_for(head).head, head);
    }
    let took = began.elapsed();
    println!("all of them heard of it within {took:?}");
    assert!(took < A_SECOND, "{took:?}");
    drop(lines);
    assert!(TcpStream::connect(("127.0.0.1", hub.port())).is_ok(), "the hub serves on");
}
