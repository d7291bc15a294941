//! What has to be true after each step, and what once everything has healed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use liuye_core::companion::SyncReason;
use liuye_core::domain::{FoundItem, FoundItemState};
use liuye_core::sync::policy::BACKOFF_CAP_MS;
use liuye_hub::ops::verify::verify;
use rusqlite::{Connection, OptionalExtension};

use super::phone::{KEY, Phone, operations};
use super::world::World;

/// How long two back-off periods last, and a lease that nobody gave back.
const PATIENCE_MS: i64 = 2 * BACKOFF_CAP_MS as i64 + 2 * 60_000;

/// P1 and P6: what a save promised is there, and each operation is in one place.
pub(super) fn after_a_step(world: &World, phone: &Phone) {
    if let Err((what, lost)) = phone.check() {
        world.tally.lock().unwrap().lost += lost;
        world.fail(what);
    }
}

/// Heals the world and holds every promise against it.
pub(super) fn at_the_end(world: &World) {
    if world.has_failed() {
        return;
    }
    world.heal();
    for phone in &world.phones {
        world.sync(phone, SyncReason::Connect);
    }
    world.until(world.time.now() + PATIENCE_MS);
    the_queues_are_empty(world);
    what_is_due_is_done_once(world);
    // What others wrote reaches everyone at their next look.
    for _ in 0..2 {
        for phone in &world.phones {
            world.sync(phone, SyncReason::User);
        }
    }
    if world.has_failed() {
        return;
    }
    the_hub_has_everything_once(world);
    for phone in &world.phones {
        the_names_are_those_of_the_authors(world, phone);
        the_erased_are_forgotten(world, phone);
        the_contents_are_equal(world, phone);
        after_a_step(world, phone);
    }
}

/// P7.
fn the_queues_are_empty(world: &World) {
    for phone in world.phones.iter().filter(|phone| phone.disk.bytes() > 0) {
        let Some(status) = phone.app().and_then(|app| app.outbox().ok()) else {
            world.fail(format!("phone {} does not open any more", phone.index));
            continue;
        };
        let waiting = status.pending + status.blobs;
        if waiting > 0 || status.blocked_reason.is_some() {
            world.tally.lock().unwrap().stuck += waiting;
            world.fail(format!("phone {} is stuck: {status:?}", phone.index));
        }
    }
}

/// P2, for what the hub's clock does.
fn what_is_due_is_done_once(world: &World) {
    let Some(hub) = world.hub.hub() else { return };
    if hub.tick().and_then(|_| hub.tick()).ok() != Some(0) {
        world.fail("what is due by the hub's clock is due again at once".to_owned());
    }
}

/// P2, P3, P8, P15: every chain holds, every operation is there once, and what took effect did so once.
fn the_hub_has_everything_once(world: &World) {
    let Some(hub) = world.hub.hub() else { return world.fail("the hub does not start any more".to_owned()) };
    match verify(&hub) {
        Ok(report) if report.faults.is_empty() => {}
        Ok(report) => return world.fail(format!("the hub's chains do not hold: {:?}", report.faults)),
        Err(error) => return world.fail(format!("the hub cannot be verified: {error}")),
    }
    let ledger = Connection::open(world.ledger()).unwrap();
    let taken: BTreeSet<String> = column(&ledger, "SELECT id FROM operations");
    for phone in &world.phones {
        let Some(there) = phone.app().and_then(|app| operations(&app).ok()) else { continue };
        let missing = there.iter().filter(|id| !taken.contains(&id.to_string())).count() as u64;
        if missing > 0 {
            world.tally.lock().unwrap().lost += missing;
            world.fail(format!("{missing} operations of phone {} are not at the hub", phone.index));
        }
    }
    {
        let mut tally = world.tally.lock().unwrap();
        tally.milestones = count(&ledger, "SELECT count(*) FROM operations WHERE kind GLOB 'assignment.*' AND state = 'applied'");
        tally.movements = count(&ledger, "SELECT count(*) FROM operations WHERE kind GLOB 'leaflets.*' AND state = 'applied'");
        tally.handovers = count(&ledger, "SELECT count(*) FROM operations WHERE kind = 'handover.accept' AND state = 'applied'");
        tally.kinds = by_kind(&ledger);
        tally.steps = count(&ledger, "SELECT count(*) FROM entries WHERE what = 'due'");
    }
    the_custody_has_no_gap(world, &ledger);
    the_visits_are_there_once(world, &ledger);
    for (kind, noun) in [
        ("check_in.record", "check_in"),
        ("loss.report", "lost_report"),
        ("hazard.find", "hazard"),
        ("call.raise", "call"),
        ("publicity.plan", "publicity_session"),
        ("leaflets.stock", "leaflets"),
        ("dispute.report", "dispute"),
        ("duty_log.write", "duty_log"),
        ("handover.offer", "handover"),
        ("rating.give", "rating"),
        ("found.register", "found_item"),
        ("claim.submit", "claim"),
        ("campaign.plan", "campaign"),
        ("notice.issue", "rectification_notice"),
        ("tour.schedule", "tour"),
        ("track.record", "track"),
        ("work_plan.adopt", "work_plan"),
        ("consultation.record", "consultation"),
    ] {
        let applied = count(&ledger, &format!("SELECT count(*) FROM operations WHERE kind = '{kind}' AND state = 'applied'"));
        let documents = count(&ledger, &format!("SELECT count(*) FROM documents WHERE kind = '{noun}'"));
        if applied != documents {
            world.tally.lock().unwrap().doubled += applied.abs_diff(documents);
            world.fail(format!("{applied} of {kind} took effect and made {documents} documents"));
        }
    }
}

/// P9: each operation is at the hub under the name of whoever wrote it.
fn the_names_are_those_of_the_authors(world: &World, phone: &Phone) {
    let ledger = Connection::open(world.ledger()).unwrap();
    let mut actor = ledger.prepare("SELECT actor FROM operations WHERE id = ?1").unwrap();
    for (operation, name) in &phone.journal.lock().unwrap().names {
        let found: Option<String> = actor.query_row([operation.to_string()], |row| row.get(0)).optional().unwrap();
        if found.as_deref().is_some_and(|found| found != *name) {
            world.fail(format!("an operation of {name} on phone {} travels under the name of {found:?}", phone.index));
        }
    }
}

/// P14: of whoever was erased, no phone has a contact or a word.
fn the_erased_are_forgotten(world: &World, phone: &Phone) {
    if phone.app().is_none() {
        return;
    }
    let ledger = Connection::open(world.ledger()).unwrap();
    let kept = open_phone(&phone.database());
    for subject in column(&ledger, "SELECT subject FROM erased") {
        let words: u64 = kept
            .query_row(
                "SELECT (SELECT count(*) FROM contacts WHERE entity = ?1)
                      + (SELECT count(*) FROM operations WHERE entity = ?1 AND content LIKE '%a bunch of keys%')
                      + (SELECT count(*) FROM documents WHERE id = ?1 AND body LIKE '%a bunch of keys%')",
                [&subject],
                |row| row.get(0),
            )
            .unwrap();
        if words > 0 {
            world.fail(format!("phone {} remembers {subject}, who was erased", phone.index));
        }
    }
}

/// P5 and P10: a phone has what its scope holds, as the hub has it, and nothing else.
fn the_contents_are_equal(world: &World, phone: &Phone) {
    let Some(device) = phone.app().map(|app| app.device().to_string()) else { return };
    let ledger = Connection::open(world.ledger()).unwrap();
    let at_the_hub = held_by_scope(&ledger, &device);
    let on_the_phone = held_by_phone(&phone.database());
    if at_the_hub != on_the_phone {
        let differing: Vec<_> = at_the_hub
            .iter()
            .filter(|(id, rev)| on_the_phone.get(*id) != Some(rev))
            .map(|(id, rev)| (id, Some(rev), on_the_phone.get(id)))
            .chain(on_the_phone.iter().filter(|(id, _)| !at_the_hub.contains_key(*id)).map(|(id, rev)| (id, None, Some(rev))))
            .take(5)
            .collect();
        world.fail(format!("phone {} and the hub differ (id, hub, phone): {differing:?}", phone.index));
    }
}

/// What lies in the buckets of a device: id, and revision with the body.
fn held_by_scope(ledger: &Connection, device: &str) -> BTreeMap<String, String> {
    let mut statement = ledger
        .prepare(
            "SELECT DISTINCT d.id, d.rev || ' ' || d.body FROM documents d
             JOIN document_buckets b ON b.site = d.site AND b.id = d.id
             WHERE d.kind <> 'verdict' AND b.bucket IN (SELECT value FROM json_each((SELECT scope FROM devices WHERE device = ?1)))",
        )
        .unwrap();
    statement.query_map([device], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}

/// The hub's word as a phone keeps it, read past the companion.
fn held_by_phone(database: &Path) -> BTreeMap<String, String> {
    let connection = open_phone(database);
    let mut statement = connection
        .prepare(
            "SELECT id, rev || ' ' || body FROM documents WHERE rev > 0 AND id NOT IN (SELECT id FROM bases)
             UNION ALL SELECT id, rev || ' ' || body FROM bases",
        )
        .unwrap();
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}

/// A phone's file, past the companion.
fn open_phone(database: &Path) -> Connection {
    let connection = Connection::open(database).unwrap();
    connection.execute_batch(&format!("PRAGMA key = \"x'{}'\"", hex::encode(KEY))).unwrap();
    connection
}

/// A visit is there once, whether somebody planned it before or not.
fn the_visits_are_there_once(world: &World, ledger: &Connection) {
    let begun = count(
        ledger,
        "SELECT count(*) FROM operations o WHERE o.state = 'applied' AND (o.kind = 'inspection.plan' OR o.kind = 'inspection.start'
         AND NOT EXISTS (SELECT 1 FROM operations p WHERE p.entity = o.entity AND p.kind = 'inspection.plan' AND p.state = 'applied'))",
    );
    let documents = count(ledger, "SELECT count(*) FROM documents WHERE kind = 'inspection'");
    if begun != documents {
        world.tally.lock().unwrap().doubled += begun.abs_diff(documents);
        world.fail(format!("{begun} inspections took effect and made {documents} documents"));
    }
}

/// Exactly one custodian at any time, whoever passed what on meanwhile.
fn the_custody_has_no_gap(world: &World, ledger: &Connection) {
    for body in column(ledger, "SELECT body FROM documents WHERE kind = 'found_item'") {
        let item: FoundItem = serde_json::from_str(&body).unwrap();
        let is_over = matches!(item.state, FoundItemState::Released | FoundItemState::Disposed);
        let holders = item.custody.iter().filter(|leg| leg.to.is_none()).count();
        if holders != usize::from(!is_over) || item.custody.windows(2).any(|pair| pair[0].to != Some(pair[1].from)) {
            world.fail(format!("the custody of a found thing has a gap: {body}"));
        }
    }
}

fn by_kind(ledger: &Connection) -> BTreeMap<String, u64> {
    let mut statement = ledger.prepare("SELECT kind, count(*) FROM operations WHERE state = 'applied' GROUP BY kind").unwrap();
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}

fn column(connection: &Connection, sql: &str) -> BTreeSet<String> {
    connection.prepare(sql).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

fn count(connection: &Connection, sql: &str) -> u64 {
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}
