//! A world in memory for the tests of the rules: the lake's own site, and an author for each role.
#![allow(dead_code, missing_docs, unreachable_pub, clippy::unwrap_used, clippy::panic, reason = "a helper of tests, used by several")]

use std::collections::{BTreeMap, BTreeSet, HashSet};

use liuye_core::domain::{
    Actor, AsTold, Conflict, Context, Document, DocumentKind, Flag, Force, Kind, OpenMatter, Outcome, Overtaker, Person, PersonStatus,
    Role, RoleAssignment, Settings, Shift, SiteFile, Trade, Verdict, Visit, World, Write, apply, due,
};
use liuye_core::log::{AuthLevel, BlobRef, DeviceId, DeviceKey, Digest, Fix, FixSource, Operation, Salt};
use liuye_core::{Code, Result};
use serde_json::Value;
use uuid::Uuid;

/// 2026-05-01T08:00:00+08:00
pub const NOON: i64 = 1_777_593_600_000;
pub const SITE: &str = "liuye-lake";

pub fn tag_key() -> DeviceKey {
    DeviceKey::from_bytes(&[9; 32])
}

pub struct Memory {
    pub documents: BTreeMap<String, Document>,
    pub blobs: HashSet<Digest>,
    pub nfc_keys: BTreeMap<String, [u8; 16]>,
    pub written: BTreeMap<u64, i64>,
    /// Who changed which document at which revision.
    pub changes: Vec<(String, u64, DeviceId, Uuid)>,
    /// Which document the hub's clock changed at which revision.
    pub ticks: Vec<(String, u64)>,
    pub complete: bool,
    pub hub: bool,
    head: u64,
    next: u64,
}

impl World for Memory {
    fn document(&self, id: &str) -> Result<Option<Document>> {
        Ok(self.documents.get(id).cloned())
    }

    fn visits_of(&self, person: &str, from: i64, to: i64) -> Result<Vec<Visit>> {
        let time = |document: &Document| document.body["at"].as_i64().unwrap();
        let mut found: Vec<_> = self
            .documents
            .values()
            .filter(|document| document.kind == "check_in" && document.body["person"] == person && (from..=to).contains(&time(document)))
            .cloned()
            .collect();
        found.sort_by_key(time);
        Ok(found.iter().filter_map(|document| Visit::read(&document.body.to_string())).collect())
    }

    fn duties_of(&self, kind: DocumentKind, person: &str, from: i64, to: i64) -> Result<Vec<Document>> {
        let mine = |document: &&Document| {
            document.kind == kind.as_str()
                && document.body["person"] == person
                && (from..=to).contains(&document.body["at"].as_i64().unwrap())
        };
        Ok(self.documents.values().filter(mine).cloned().collect())
    }

    fn overtaken_by(&self, entity: &str, base_rev: u64, device: &DeviceId) -> Result<Option<Overtaker>> {
        let last = self.changes.iter().rfind(|(id, rev, author, _)| id == entity && *rev > base_rev && author != device);
        let ticked = self.ticks.iter().any(|(id, rev)| id == entity && *rev > base_rev);
        Ok(last.map(|(.., operation)| Overtaker::Operation(*operation)).or(ticked.then_some(Overtaker::Clock)))
    }

    fn on_duty(&self, zone: Option<&str>, at: i64) -> Result<Vec<String>> {
        let shifts = self.documents.values().filter(|document| document.kind == DocumentKind::Shift.as_str());
        let on =
            shifts.filter_map(|document| serde_json::from_value::<Shift>(document.body.clone()).ok()).filter(|shift| shift.is_on(zone, at));
        Ok(on.map(|shift| shift.person).collect::<BTreeSet<_>>().into_iter().collect())
    }

    fn claims_of(&self, device: &DeviceId, from: i64, to: i64) -> Result<Vec<Document>> {
        let theirs = |document: &&Document| {
            document.kind == "claim"
                && document.body["device"] == device.to_string()
                && (from..=to).contains(&document.body["at"].as_i64().unwrap())
        };
        Ok(self.documents.values().filter(theirs).cloned().collect())
    }

    fn open_matters(&self, person: &str, zone: &str) -> Result<Vec<OpenMatter>> {
        Ok(OpenMatter::of_all(self.documents.values().cloned(), person, zone))
    }

    fn has_blob(&self, sha256: &Digest) -> Result<bool> {
        Ok(self.blobs.contains(sha256))
    }

    fn nfc_key(&self, checkpoint: &str) -> Result<Option<[u8; 16]>> {
        Ok(self.nfc_keys.get(checkpoint).copied())
    }

    fn written_at(&self, position: u64) -> Result<Option<i64>> {
        Ok(self.written.get(&position).copied())
    }

    fn is_complete(&self) -> bool {
        self.complete
    }
}

impl Memory {
    /// The hub, with the lake's reference data.
    pub fn hub() -> Self {
        let file = SiteFile::parse(include_str!("../../../fixtures/liuye-lake/site.json")).unwrap();
        let documents = file.documents(tag_key().public()).unwrap().into_iter().map(|entry| {
            let document = Document {
                id: entry.id.clone(),
                kind: entry.kind.as_str().to_owned(),
                rev: 1,
                schema_version: 1,
                body: entry.body,
                buckets: entry.buckets,
                conflicts: Vec::new(),
            };
            (entry.id, document)
        });
        Self {
            documents: documents.collect(),
            blobs: HashSet::new(),
            nfc_keys: BTreeMap::new(),
            written: BTreeMap::new(),
            changes: Vec::new(),
            ticks: Vec::new(),
            complete: true,
            hub: true,
            head: 1,
            next: 1,
        }
    }

    /// A phone with all reference data of its scope.
    pub fn phone() -> Self {
        Self { hub: false, ..Self::hub() }
    }

    /// A phone that never met a hub.
    pub fn stranger() -> Self {
        Self { documents: BTreeMap::new(), complete: false, ..Self::phone() }
    }

    pub fn operation(&mut self, kind: Kind, entity: &str, body: Value) -> Operation {
        self.next += 1;
        let device = device(1);
        let mut operation = Operation {
            device,
            epoch: 1,
            seq: self.next,
            id: Uuid::from_u128(u128::from(self.next)),
            actor: String::new(),
            auth_level: AuthLevel::Device,
            recorded_at: NOON,
            elapsed_ms: 0,
            boot_id: "b".to_owned(),
            clock_offset_ms: Some(0),
            clock_err_ms: Some(10),
            fix: None,
            kind: kind.as_str().to_owned(),
            schema_version: 1,
            entity: entity.to_owned(),
            base_rev: self.documents.get(entity).map(|document| document.rev),
            seen: 0,
            amends: None,
            body: Some(serde_json::value::to_raw_value(&body).unwrap()),
            body_salt: Some(Salt([0; 16])),
            residue: None,
            body_digest: Digest([0; 32]),
            contact_digest: None,
            blobs: Vec::new(),
            prev_hash: Digest([0; 32]),
            hash: Digest([0; 32]),
        };
        operation.seal();
        operation
    }

    pub fn judge(&self, operation: &Operation, actor: &Actor) -> Outcome {
        self.judge_at(operation, actor, operation.recorded_at)
    }

    pub fn judge_at(&self, operation: &Operation, actor: &Actor, received_at: i64) -> Outcome {
        let site = if self.documents.is_empty() { "" } else { SITE };
        let outcome = apply(operation, &Context { world: self, actor, site, received_at: self.hub.then_some(received_at) }).unwrap();
        let writes_something = !outcome.writes.is_empty();
        assert!(!writes_something || matches!(outcome.verdict, Verdict::Applied { .. } | Verdict::Conflict { .. }), "only these two write");
        outcome
    }

    /// Judges and stores what comes of it.
    pub fn take(&mut self, operation: &Operation, actor: &Actor) -> Verdict {
        let outcome = self.judge(operation, actor);
        self.store(operation, outcome)
    }

    pub fn store(&mut self, operation: &Operation, outcome: Outcome) -> Verdict {
        for write in outcome.writes {
            let id = write.id.clone();
            self.write(write);
            self.changes.push((id, self.head, operation.device, operation.id));
        }
        outcome.verdict
    }

    fn write(&mut self, write: Write) {
        self.head += 1;
        let conflicts = self.documents.get(&write.id).map(|document| document.conflicts.clone()).unwrap_or_default();
        let conflicts = conflicts.into_iter().chain(write.conflict.map(AsTold::from)).collect();
        let document = Document {
            id: write.id.clone(),
            kind: write.kind.as_str().to_owned(),
            rev: self.head,
            schema_version: 1,
            body: write.body,
            buckets: write.buckets,
            conflicts,
        };
        self.documents.insert(write.id, document);
    }

    /// What the hub's clock makes of one document. Whether it made anything of it.
    pub fn lapse(&mut self, id: &str, now: i64) -> bool {
        let Some(write) = due::step(&self.documents[id], self, &Settings::default(), now).unwrap() else { return false };
        self.write(write);
        self.ticks.push((id.to_owned(), self.head));
        true
    }

    /// Lets the hub's clock reach `now`. Returns what it changed, in the order of the ids.
    pub fn tick(&mut self, now: i64) -> Vec<String> {
        let settings = Settings::default();
        let writes: Vec<Write> =
            self.documents.values().filter_map(|document| due::step(document, self, &settings, now).unwrap()).collect();
        let changed = writes.iter().map(|write| write.id.clone()).collect();
        for write in writes {
            let id = write.id.clone();
            self.write(write);
            self.ticks.push((id, self.head));
        }
        changed
    }

    /// An operation made and taken at once.
    pub fn act(&mut self, actor: &Actor, kind: Kind, entity: &str, body: Value) -> Verdict {
        let operation = self.operation(kind, entity, body);
        self.take(&operation, actor)
    }

    pub fn body(&self, id: &str) -> &Value {
        &self.documents[id].body
    }

    pub fn conflicts(&self, id: &str) -> &[AsTold<Conflict>] {
        &self.documents[id].conflicts
    }

    /// Puts a field of a document straight, past all rules.
    pub fn force(&mut self, id: &str, field: &str, value: Value) {
        self.documents.get_mut(id).unwrap().body[field] = value;
    }

    pub fn kind_of(&self, id: &str) -> Option<DocumentKind> {
        DocumentKind::parse(&self.documents[id].kind)
    }
}

pub fn device(number: u8) -> DeviceId {
    DeviceKey::from_bytes(&[number; 32]).device()
}

/// A member of the staff with one role since ever.
pub fn person(id: &str, role: Role) -> Actor {
    Actor::Person(Box::new(Person {
        id: id.to_owned(),
        name: liuye_core::domain::Bilingual { zh: format!("{id}·中"), en: format!("Name of {id}") },
        force: Force::Auxiliary,
        trades: vec![Trade::Patrol],
        roles: vec![RoleAssignment { role, from: None, to: None }],
        zones: Vec::new(),
        zone_history: Vec::new(),
        company: None,
        certificates: Vec::new(),
        status: PersonStatus::Active,
        status_history: Vec::new(),
    }))
}

pub fn photo(number: u8) -> BlobRef {
    BlobRef { sha256: Digest([number; 32]), len: 1000 }
}

pub fn fix(lat: f64, lon: f64, accuracy_m: u32, at: i64) -> Fix {
    #[allow(clippy::cast_possible_truncation)]
    let e7 = |degrees: f64| (degrees * 1e7).round() as i32;
    Fix { lat_e7: e7(lat), lon_e7: e7(lon), accuracy_mm: accuracy_m * 1000, at, is_mock: false, source: FixSource::Gnss }
}

pub fn flags(verdict: &Verdict) -> Vec<Flag> {
    match verdict {
        Verdict::Applied { flags } => flags.clone(),
        other => panic!("not applied: {other:?}"),
    }
}

pub fn refusal(verdict: &Verdict) -> (Code, &str) {
    match verdict {
        Verdict::Quarantined { code, field } => (*code, field),
        other => panic!("not quarantined: {other:?}"),
    }
}
