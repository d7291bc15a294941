//! A small edition of the Liuye Lake site: enough of everything, and quick to fill a phone with.

use serde_json::Value;

use super::chance::Chance;

/// The site file as the hub imports it.
pub(super) fn small() -> Value {
    let text = std::fs::read_to_string(crate::repository().join("fixtures/liuye-lake/site.json")).unwrap();
    let mut site: Value = serde_json::from_str(&text).unwrap();
    // What refers to the rest of the site goes with it.
    for noun in ["routes", "units", "key_roads"] {
        site[noun] = Value::Array(Vec::new());
    }
    for (noun, keep) in [("checkpoints", 8), ("venues", 6), ("persons", 18)] {
        site[noun].as_array_mut().unwrap().truncate(keep);
    }
    let route = serde_json::json!({
        "id": ROUTE, "name": {"zh": "湖岸步巡", "en": "Lakeside round"}, "checkpoints": ["cp-01", "cp-02"], "ordered": false,
        "from": "00:10", "to": "23:50", "grace_min": 10,
    });
    site["routes"] = Value::Array(vec![route]);
    let commander = site["persons"].as_array_mut().unwrap().iter_mut().find(|person| person["id"] == COMMANDER).unwrap();
    commander["roles"].as_array_mut().unwrap().push(serde_json::json!({"role": "commander"}));
    // A PIN costs its ten milliseconds on purpose: once a watch is enough for a run.
    site["site"]["settings"]["app_lock_s"] = serde_json::json!(8 * 3600);
    site
}

/// The round that there is.
pub(super) const ROUTE: &str = "r-lakeside";

/// An inspector who leads the district as well.
pub(super) const COMMANDER: &str = "p-006";

/// The PIN of everyone who shares a phone.
pub(super) const PIN: &str = "739146";

/// What it is held against: argon2id at its least, where the real cost would be most of what a simulated day takes.
pub(super) const VERIFIER: &str = "$argon2id$v=19$m=8,t=1,p=1$c2FsdCBvZiB0aGUgbGFrZQ$eoJv7YJk04g9lN0o2fDzf4ZR/rVHKNWMnfdsfKiOkcM";

/// Who carries the staff's phones.
pub(super) const STAFF: [&str; 8] = ["p-005", "p-006", "p-011", "p-012", "p-003", "p-014", "p-009", "p-017"];

/// Changes who may see what, and what may be done where: somebody moves to other zones, leaves, or comes back; a checkpoint is
/// retired or a venue struck off, which poisons what phones that do not know it yet record there.
pub(super) fn churn(site: &mut Value, chance: &Chance, retire_in: u32, now: i64) {
    if chance.one_in(retire_in) {
        let noun = if chance.one_in(2) { "checkpoints" } else { "venues" };
        let places = site[noun].as_array_mut().unwrap();
        let which = chance.of(0..places.len() as u64) as usize;
        let place = places[which].as_object_mut().unwrap();
        if place.remove("retired_at").is_none() {
            let at = chrono::DateTime::from_timestamp_millis(now - 3_600_000).map(|time| time.to_rfc3339());
            place.insert("retired_at".to_owned(), serde_json::json!(at));
        }
        return;
    }
    let person = STAFF[chance.of(0..STAFF.len() as u64) as usize];
    let persons = site["persons"].as_array_mut().unwrap();
    let Some(entry) = persons.iter_mut().find(|entry| entry["id"] == person) else { return };
    match chance.of(0..4) {
        0 => entry["zones"] = serde_json::json!(["z1"]),
        1 => entry["zones"] = serde_json::json!(["z2", "z3", "z4"]),
        2 => entry["zones"] = serde_json::json!(["z1", "z2", "z3", "z4", "z5"]),
        _ => {
            let away = entry["status"] == "left";
            entry["status"] = serde_json::json!(if away { "active" } else { "left" });
        }
    }
}
