//! The Liuye year: what was recorded on phones over a bad network comes to exactly the figures that were planned.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test")]

use std::collections::BTreeMap;

use liuye_core::domain::Figure;
use liuye_tests::year::{Size, Year, play};
use serde_json::Value;

const SEED: u64 = 2024;

/// Every figure, and all that stands beside them, by name.
fn counted(year: &Year) -> BTreeMap<String, Value> {
    let (from, to) = year.window();
    let mut all = serde_json::to_value(year.hub().statistics(from, to, None).unwrap()).unwrap();
    let details = all["details"].take();
    let mut figures: BTreeMap<_, _> =
        details.as_object().unwrap().iter().map(|(name, value)| (format!("details.{name}"), value.clone())).collect();
    for figure in Figure::ALL {
        figures.insert(figure.as_str().to_owned(), all[figure.as_str()].clone());
    }
    figures
}

/// What differs between two counts, by name.
fn differing(before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) -> Vec<String> {
    before.iter().filter(|(name, value)| after[*name] != **value).map(|(name, _)| name.clone()).collect()
}

/// One raw event that is changed: what is set of the first document of which that is so, and the figures that it is to change.
struct Change {
    what: &'static str,
    set: &'static str,
    of: &'static str,
    figures: &'static [&'static str],
}

const SECOND_OF_ITS_TURN: &str = "kind = 'check_in' AND json_extract(body, '$.verdict') = 'accepted' AND EXISTS (SELECT 1 FROM documents AS other
    WHERE other.kind = 'check_in' AND json_extract(other.body, '$.shift') = json_extract(documents.body, '$.shift') AND other.at < documents.at)";

const CHANGES: &[Change] = &[
    Change {
        what: "a check-in is rejected, the only one of its turn",
        set: "json_set(body, '$.verdict', 'rejected')",
        of: "kind = 'check_in' AND json_extract(body, '$.reviewed_by') IS NOT NULL AND json_extract(body, '$.verdict') = 'accepted'",
        figures: &["details.coverage", "details.turns_by_force", "patrol_turns"],
    },
    Change {
        what: "a check-in is rejected, the second one of its turn",
        set: "json_set(body, '$.verdict', 'rejected')",
        of: SECOND_OF_ITS_TURN,
        figures: &["details.coverage"],
    },
    Change {
        what: "somebody did not arrive",
        set: "json_set(body, (SELECT fullkey FROM json_each(body, '$.milestones') WHERE json_extract(value, '$.step') = 'arrive') || '.counted', json('false'))",
        of: "kind = 'assignment' AND body LIKE '%\"arrive\"%' AND json_extract(body, '$.exercise') IS NOT TRUE",
        figures: &["details.turns_by_force", "patrol_turns"],
    },
    Change {
        what: "a call was reached too late",
        set: "json_set(body, '$.response.tiers[0].from_received', 'missed')",
        of: "kind = 'call' AND json_extract(body, '$.response.tiers[0].from_received') = 'met' AND json_extract(body, '$.exercise') IS NOT TRUE",
        figures: &["response"],
    },
    Change {
        what: "a call was a drill",
        set: "json_set(body, '$.exercise', json('true'))",
        of: "kind = 'call' AND json_extract(body, '$.source') = 'dial_110'",
        figures: &["response"],
    },
    Change {
        what: "a call is not closed",
        set: "json_set(body, '$.state', 'handling')",
        of: "kind = 'call' AND json_extract(body, '$.state') = 'closed' AND json_extract(body, '$.source') = 'app' AND json_extract(body, '$.exercise') IS NOT TRUE",
        figures: &["ratings"],
    },
    Change {
        what: "a rating is another",
        set: "json_set(body, '$.stars', 5)",
        of: "kind = 'rating' AND json_extract(body, '$.stars') = 3",
        figures: &["ratings"],
    },
    Change {
        what: "a person changes force",
        set: "json_set(body, '$.force', 'guard')",
        of: "kind = 'person' AND id = 'p-0005'",
        figures: &["details.turns_by_force", "patrol_turns"],
    },
    Change {
        what: "a person leaves",
        set: "json_set(body, '$.status', 'left')",
        of: "kind = 'person' AND id = 'p-0005'",
        figures: &["details.personnel_by_trade", "personnel_active"],
    },
    Change {
        what: "a person has another trade",
        set: "json_set(body, '$.trades', json('[\"safety_check\"]'))",
        of: "kind = 'person' AND id = 'p-0005'",
        figures: &["details.personnel_by_trade"],
    },
    Change { what: "a zone is none", set: "body, kind = 'no_zone'", of: "kind = 'zone'", figures: &["zones_active"] },
    Change {
        what: "a shift was in another zone",
        set: "json_set(body, '$.zone', 'z9')",
        of: "kind = 'shift' AND json_extract(body, '$.zone') <> '' AND json_extract(body, '$.post') IS NULL",
        figures: &["details.coverage"],
    },
    Change {
        what: "somebody left the platform ten minutes early",
        set: "json_set(body, '$.ended_at', json_extract(body, '$.ended_at') - 600000)",
        of: "kind = 'shift' AND json_extract(body, '$.post') IS NOT NULL",
        figures: &["details.duty", "duty_coverage"],
    },
    Change {
        what: "an inspection is returned",
        set: "json_set(body, '$.state', 'returned')",
        of: "kind = 'inspection' AND json_extract(body, '$.state') = 'approved'",
        figures: &["venue_checks"],
    },
    Change {
        what: "an inspection was of a campaign of its own",
        set: "json_set(body, '$.campaign', 'another')",
        of: "kind = 'inspection' AND json_extract(body, '$.state') = 'approved'",
        figures: &["campaigns"],
    },
    Change {
        what: "a hazard was none",
        set: "json_set(body, '$.state', 'void')",
        of: "kind = 'hazard' AND json_extract(body, '$.state') = 'closed'",
        figures: &["details.hazard_days_to_close_median", "details.hazards_void", "hazards_closed", "hazards_found"],
    },
    Change {
        what: "a hazard is still being rectified, after its due time",
        set: "json_remove(json_set(body, '$.state', 'rectifying'), '$.closed_at')",
        of: "kind = 'hazard' AND json_extract(body, '$.state') = 'closed' AND json_extract(body, '$.due') IS NOT NULL AND at < 1704500000000",
        figures: &["details.hazard_days_to_close_median", "details.hazards_open", "hazards_closed", "hazards_overdue"],
    },
    Change {
        what: "a session is not verified",
        set: "json_set(body, '$.state', 'held')",
        of: "kind = 'publicity_session' AND json_extract(body, '$.state') = 'verified'",
        figures: &["publicity_sessions"],
    },
    Change {
        what: "one leaflet more was wasted",
        set: "json_set(body, '$.sessions[0].wasted', coalesce(json_extract(body, '$.sessions[0].wasted'), 0) + 1)",
        of: "kind = 'leaflets'",
        figures: &["leaflets_distributed"],
    },
    Change {
        what: "a question was asked in another year",
        set: "json_set(body, '$.at', 1)",
        of: "kind = 'consultation'",
        figures: &["consultations"],
    },
    Change {
        what: "a lost thing went back a minute later",
        set: "json_set(body, '$.returned_at', json_extract(body, '$.returned_at') + 60000)",
        of: "kind = 'lost_report'",
        figures: &["lost_return_minutes_median"],
    },
    Change {
        what: "a lost thing did not go back",
        set: "json_set(body, '$.state', 'claimed')",
        of: "kind = 'lost_report'",
        figures: &["details.recovery_rate", "lost_return_minutes_median", "lost_returned", "ratings"],
    },
    Change {
        what: "a loss was withdrawn",
        set: "json_set(body, '$.state', 'withdrawn')",
        of: "kind = 'lost_report'",
        figures: &["details.losses_reported", "details.recovery_rate", "lost_return_minutes_median", "lost_returned", "ratings"],
    },
    // What no figure counts changes none.
    Change { what: "a check-in has a note", set: "json_set(body, '$.note', 'windy')", of: "kind = 'check_in'", figures: &[] },
    Change {
        what: "a hazard is described otherwise",
        set: "json_set(body, '$.description', 'a cable')",
        of: "kind = 'hazard'",
        figures: &[],
    },
    Change {
        what: "a session reached more people",
        set: "json_set(body, '$.audience', 90)",
        of: "kind = 'publicity_session'",
        figures: &[],
    },
    Change { what: "a call is about something else", set: "json_set(body, '$.category', 'fire')", of: "kind = 'call'", figures: &[] },
];

#[test]
fn thirty_days_of_the_year_come_to_their_figures_and_one_event_changes_exactly_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let year = play(Size::THIRTY_DAYS, SEED, folder.path(), |_| {});
    let wrong: Vec<_> = year.lines.iter().filter(|line| !line.agrees()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert_eq!(year.verified.faults, Vec::<String>::new());
    assert_eq!(year.unsettled, 0, "{:?}", year.hub().attention(3).unwrap());
    for fault in ["dropped", "answer_dropped", "repeated", "delayed", "portal", "killed_saving", "killed_syncing"] {
        assert!(year.faults.contains_key(fault), "this year had no {fault}: {:?}", year.faults);
    }
    // Guards stand apart, and so does what was none.
    assert!(year.statistics.details.turns_by_force["guard"] > 0);
    assert_eq!(year.statistics.details.hazards_void, 3);
    one_event_changes_exactly_its_own(&year);
}

/// Each change in its turn, with the figures counted anew; what no change moves, no test would miss.
fn one_event_changes_exactly_its_own(year: &Year) {
    let (before, ledger) = (counted(year), year.ledger());
    let mut moved = Vec::new();
    for Change { what, set, of, figures } in CHANGES {
        let row: (i64, String, String) = ledger
            .query_row(&format!("SELECT rowid, kind, body FROM documents WHERE {of} ORDER BY at, id LIMIT 1"), [], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .unwrap_or_else(|error| panic!("{what}: {error}"));
        ledger.execute(&format!("UPDATE documents SET body = {set} WHERE rowid = ?1"), [row.0]).unwrap();
        year.hub().rebuild_statistics().unwrap();
        let changed = differing(&before, &counted(year));
        assert_eq!(changed, *figures, "{what}");
        moved.extend(changed);
        ledger.execute("UPDATE documents SET kind = ?2, body = ?3 WHERE rowid = ?1", row).unwrap();
    }
    year.hub().rebuild_statistics().unwrap();
    assert_eq!(differing(&before, &counted(year)), Vec::<String>::new());
    let unmoved: Vec<_> = before.keys().filter(|figure| !moved.contains(figure)).collect();
    assert!(unmoved.is_empty(), "no change moves {unmoved:?}");
}
