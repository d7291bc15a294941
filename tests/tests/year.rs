//! The Liuye year: what was recorded on phones over a bad network comes to exactly the figures that were planned.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test")]

use liuye_core::domain::Statistics;
use liuye_tests::year::{Size, Year, play};

const SEED: u64 = 2024;

fn counted(year: &Year) -> Statistics {
    let (from, to) = year.window();
    year.hub().statistics(from, to, None).unwrap()
}

/// What differs between two counts, by name.
fn differing(before: &Statistics, after: &Statistics) -> Vec<String> {
    let of = |statistics: &Statistics| serde_json::to_value(statistics).unwrap().as_object().unwrap().clone();
    let (before, after) = (of(before), of(after));
    before.into_iter().filter(|(name, value)| name != "details" && after[name] != *value).map(|(name, _)| name).collect()
}

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

    // One raw event is changed, and the figures are counted anew.
    let once = "rowid = (SELECT rowid FROM documents WHERE";
    for (change, figures) in [
        (
            format!(
                "'$.verdict', 'flagged') WHERE {once} kind = 'check_in' AND json_extract(body, '$.reviewed_by') IS NOT NULL AND json_extract(body, '$.verdict') = 'accepted' LIMIT 1)"
            ),
            &["patrol_turns"][..],
        ),
        (
            format!("'$.state', 'submitted') WHERE {once} kind = 'inspection' AND json_extract(body, '$.state') = 'approved' LIMIT 1)"),
            &["venue_checks"],
        ),
        (
            format!("'$.state', 'void') WHERE {once} kind = 'hazard' AND json_extract(body, '$.state') = 'closed' LIMIT 1)"),
            &["hazards_closed", "hazards_found"],
        ),
        (format!("'$.state', 'claimed') WHERE {once} kind = 'lost_report' LIMIT 1)"), &["lost_return_minutes_median", "lost_returned"]),
        (format!("'$.status', 'left') WHERE {once} kind = 'person' LIMIT 1)"), &["personnel_active"]),
        (
            format!(
                "'$.ended_at', json_extract(body, '$.ended_at') - 600000) WHERE {once} kind = 'shift' AND json_extract(body, '$.post') IS NOT NULL LIMIT 1)"
            ),
            &["duty_coverage"],
        ),
    ] {
        let before = counted(&year);
        let kept: Vec<(i64, String)> = {
            let ledger = year.ledger();
            let mut statement = ledger.prepare("SELECT rowid, body FROM documents").unwrap();
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
        };
        assert_eq!(year.ledger().execute(&format!("UPDATE documents SET body = json_set(body, {change}"), []).unwrap(), 1, "{change}");
        year.hub().rebuild_statistics().unwrap();
        assert_eq!(differing(&before, &counted(&year)), figures, "{change}");
        let ledger = year.ledger();
        ledger.execute_batch("BEGIN").unwrap();
        for (row, body) in kept {
            ledger.execute("UPDATE documents SET body = ?2 WHERE rowid = ?1 AND body <> ?2", (row, body)).unwrap();
        }
        ledger.execute_batch("COMMIT").unwrap();
        year.hub().rebuild_statistics().unwrap();
        assert_eq!(differing(&before, &counted(&year)), Vec::<String>::new());
    }
}
