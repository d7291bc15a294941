//! What a record is about, in words: the name of its venue or checkpoint, the thing that was lost.

use std::collections::HashMap;

use liuye_core::Result;
use liuye_core::domain::{Bilingual, DocumentKind};
use serde_json::Value;

use super::words::Lang;
use crate::hub::Hub;
use crate::ledger::OperationRow;

/// What has a name.
const NAMED: [DocumentKind; 7] = [
    DocumentKind::Person,
    DocumentKind::Unit,
    DocumentKind::Zone,
    DocumentKind::Checkpoint,
    DocumentKind::Venue,
    DocumentKind::Route,
    DocumentKind::KeyRoad,
];

/// The names that a page needs, read once.
pub(super) struct Names {
    lang: Lang,
    names: HashMap<String, String>,
}

impl Names {
    /// The names of everything that has one.
    pub(super) fn read(hub: &Hub, lang: Lang) -> Result<Self> {
        let mut names = HashMap::new();
        for kind in NAMED {
            for document in hub.documents(kind, 10_000, 0)? {
                if let Ok(name) = serde_json::from_value::<Bilingual>(document.body["name"].clone()) {
                    names.insert(document.id, lang.of_both(&name));
                }
            }
        }
        Ok(Self { lang, names })
    }

    /// The name of this id; the id itself where it has none.
    pub(super) fn of(&self, id: &str) -> String {
        match (self.names.get(id), id) {
            (Some(name), _) => name.clone(),
            (None, "tourist") => self.lang.pick("游客", "tourist").to_owned(),
            (None, "operator") => self.lang.pick("商户", "the venue's operator").to_owned(),
            (None, "self") => self.lang.pick("未登记手机", "phone not enrolled yet").to_owned(),
            (None, id) => id.to_owned(),
        }
    }

    /// What a record is about; empty where it is about nothing that has a name.
    pub(super) fn subject(&self, hub: &Hub, record: &OperationRow) -> Result<String> {
        self.subject_of(hub, &record.kind, &record.entity, &record.body)
    }

    /// What an operation of this kind with this body is about.
    pub(super) fn subject_of(&self, hub: &Hub, kind: &str, entity: &str, body: &str) -> Result<String> {
        let typed: Value = serde_json::from_str(body).unwrap_or_default();
        // What was not applied made no document: then its own words say it.
        let document = hub.document(entity)?.map(|document| document.body);
        let text = |name: &str| {
            let known = document.as_ref().and_then(|body| body[name].as_str());
            known.or_else(|| typed[name].as_str()).map(str::to_owned)
        };
        let place = text("checkpoint").or_else(|| text("venue")).map(|id| self.of(&id));
        let what = match kind.split('.').next() {
            Some("loss") => text("category").map(|category| self.lang.category(&category)),
            Some("hazard") => text("description"),
            _ => None,
        };
        let parts: Vec<_> = place.into_iter().chain(what).collect();
        Ok(shortened(&parts.join(self.lang.pick("：", ": "))))
    }
}

/// As much as a row has room for.
pub(super) fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    if text.chars().count() <= MOST { text.to_owned() } else { text.chars().take(MOST - 1).chain(['…']).collect() }
}
