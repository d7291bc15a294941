//! P8 and P9: a bad operation never stops the next one, and nobody's record travels under another's name.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use liuye_core::log::{Digest, Operation};
use liuye_tests::{District, RawPhone, problem};
use serde_json::value::RawValue;

type Spoil = fn(&mut Operation);

const LOG: u64 = 5;

/// What can be wrong with an operation whose place in the log is right.
const POISONS: [(&str, Spoil, &str); 9] = [
    ("a kind that nobody knows", |operation| "tide.turn".clone_into(&mut operation.kind), "held"),
    ("a body of a later version", |operation| operation.schema_version = 99, "held"),
    ("a body that is no object", |operation| operation.body = raw("[1,2,3]"), "quarantined"),
    ("a body of another kind", |operation| operation.body = raw(r#"{"venue":"v-001"}"#), "quarantined"),
    ("a body with a text that no form allows", |operation| operation.body = raw("\"\u{202e}\""), "quarantined"),
    ("somebody else's name", |operation| "p-001".clone_into(&mut operation.actor), "quarantined"),
    ("an announced contact that does not come", |operation| operation.contact_digest = Some(Digest([1; 32])), "quarantined"),
    ("a correction of nothing", |operation| operation.amends = Some(operation.id), "quarantined"),
    ("an entity of another kind", |operation| "v-001".clone_into(&mut operation.entity), "quarantined"),
];

fn raw(text: &str) -> Option<Box<RawValue>> {
    RawValue::from_string(text.to_owned()).ok()
}

/// The verdicts of a log whose operation at `place` is spoilt; the status where the hub gives none.
fn verdicts(district: &District, place: u64, spoil: Spoil) -> Result<Vec<String>, u16> {
    let phone = RawPhone::enrol(district, None);
    let site = district.hub().site().unwrap();
    let mut log: Vec<Operation> = Vec::new();
    for seq in 1..=LOG {
        let mut operation = phone.loss(seq, log.last().map_or_else(|| phone.genesis(), |last| last.hash), "tourist");
        if seq == place {
            spoil(&mut operation);
            operation.seal();
        }
        log.push(operation);
    }
    let answer = phone.sync(&site, &log);
    if answer.status != 200 {
        return Err(answer.status);
    }
    let body = problem(&answer).2;
    assert_eq!(body["acked"]["seq"], LOG);
    Ok(body["verdicts"].as_array().unwrap().iter().map(|verdict| verdict["verdict"].as_str().unwrap().to_owned()).collect())
}

fn expected(place: u64, verdict: &str) -> Vec<String> {
    (1..=LOG).map(|seq| if seq == place { verdict } else { "applied" }.to_owned()).collect()
}

#[test]
fn p08_one_poison_at_every_place_leaves_all_others_untouched() {
    let district = District::open();
    for (what, spoil, verdict) in POISONS {
        for place in 1..=LOG {
            assert_eq!(told_and_kept(&district, place, spoil), Ok(expected(place, verdict)), "{what} at {place}");
        }
    }
    assert_eq!(district.faults(), Vec::<String>::new());
}

/// The negative controls: without a poison there is nothing to notice, and a hub that chokes on one is noticed, whether it then takes
/// nothing in or leaves the rest waiting.
#[test]
fn p08_the_check_notices_a_hub_that_one_poison_stops() {
    let (what, spoil, verdict) = POISONS[2];
    let district = District::open();
    assert_eq!(told_and_kept(&district, 1, |_| {}), Ok(expected(1, "applied")));
    let chokes =
        "CREATE TRIGGER chokes BEFORE INSERT ON operations WHEN NEW.state = 'quarantined' BEGIN SELECT RAISE(ABORT, 'poison'); END";
    let waits = "DROP TRIGGER chokes; CREATE TRIGGER waits AFTER INSERT ON operations
        WHEN EXISTS (SELECT 1 FROM operations WHERE device = NEW.device AND seq < NEW.seq AND state = 'quarantined')
        BEGIN UPDATE operations SET state = 'held', verdict = '{\"verdict\":\"held\",\"until\":\"entity:x\"}' WHERE id = NEW.id; END";
    for sabotage in [chokes, waits] {
        district.ledger().execute_batch(sabotage).unwrap();
        let noticed = (1..LOG).all(|place| told_and_kept(&district, place, spoil) != Ok(expected(place, verdict)));
        assert!(noticed, "{what}: {sabotage}");
    }
}

/// The verdicts where the hub keeps what it told, and what it keeps where not.
fn told_and_kept(district: &District, place: u64, spoil: Spoil) -> Result<Vec<String>, u16> {
    let told = verdicts(district, place, spoil)?;
    let sql = "SELECT state FROM operations WHERE device = (SELECT device FROM operations ORDER BY position DESC LIMIT 1) ORDER BY seq";
    let connection = district.ledger();
    let mut statement = connection.prepare(sql).unwrap();
    let kept: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    Ok(if told == kept { told } else { kept })
}

#[test]
fn p08_a_name_that_is_taken_neither_hides_the_first_nor_stops_the_next() {
    let district = District::open();
    let phone = RawPhone::enrol(&district, None);
    let site = district.hub().site().unwrap();
    let first = phone.loss(1, phone.genesis(), "tourist");
    let mut second = phone.loss(2, first.hash, "tourist");
    second.id = first.id;
    second.seal();
    let third = phone.loss(3, second.hash, "tourist");
    let body = problem(&phone.sync(&site, &[first.clone(), second, third])).2;
    let verdicts: Vec<_> = body["verdicts"].as_array().unwrap().iter().map(|verdict| verdict["verdict"].clone()).collect();
    assert_eq!(verdicts, ["applied", "quarantined", "applied"]);
    let stored = district.hub().about(&first.entity).unwrap();
    assert_eq!(stored.len(), 1);
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn p09_nobody_writes_under_another_name() {
    let district = District::open();
    let site = district.hub().site().unwrap();
    for (holder, name, verdict) in [
        (Some("p-011"), "p-011", "applied"),
        (Some("p-011"), "self", "applied"),
        (Some("p-011"), "p-012", "quarantined"),
        (Some("p-011"), "tourist", "quarantined"),
        (None, "tourist", "applied"),
        (None, "p-011", "quarantined"),
    ] {
        let phone = RawPhone::enrol(&district, holder);
        let body = problem(&phone.sync(&site, &[phone.loss(1, phone.genesis(), name)])).2;
        assert_eq!(body["verdicts"][0]["verdict"], verdict, "{holder:?} as {name}");
        if verdict == "quarantined" {
            assert_eq!(body["verdicts"][0]["code"], "not_permitted");
        }
    }
}
