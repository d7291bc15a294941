//! What a record is about, in words: the name of its venue or checkpoint, the thing that was lost.

use std::cell::RefCell;
use std::collections::HashMap;

use liuye_core::Result;
use liuye_core::domain::{Actor, Bilingual, DocumentKind};
use serde_json::Value;

use super::words::Lang;
use crate::hub::Hub;
use crate::ledger::OperationRow;

/// What has a name.
const NAMED: [DocumentKind; 10] = [
    DocumentKind::Person,
    DocumentKind::Unit,
    DocumentKind::Zone,
    DocumentKind::Checkpoint,
    DocumentKind::Venue,
    DocumentKind::Route,
    DocumentKind::KeyRoad,
    DocumentKind::DutyPost,
    DocumentKind::Topic,
    DocumentKind::Material,
];

/// The names that a page needs, each read once.
pub(super) struct Names {
    hub: Hub,
    site: String,
    lang: Lang,
    known: RefCell<HashMap<String, String>>,
}

impl Names {
    /// No name is read before it is asked for: the personnel base is large, and a page names few of it.
    pub(super) fn read(hub: &Hub, lang: Lang) -> Result<Self> {
        Ok(Self { hub: hub.clone(), site: hub.site()?, lang, known: RefCell::default() })
    }

    /// The name of this id; the id itself where it has none.
    pub(super) fn of(&self, id: &str) -> String {
        match id {
            Actor::TOURIST => return self.lang.pick("游客", "tourist").to_owned(),
            Actor::OPERATOR => return self.lang.pick("商户", "the venue's operator").to_owned(),
            Actor::SELF => return self.lang.pick("未登记手机", "phone not enrolled yet").to_owned(),
            Actor::PUBLIC => return self.lang.pick("公众页面", "public page").to_owned(),
            _ => {}
        }
        if let Some(known) = self.known.borrow().get(id) {
            return known.clone();
        }
        let name = self.look_up(id).unwrap_or_else(|| id.to_owned());
        self.known.borrow_mut().insert(id.to_owned(), name.clone());
        name
    }

    /// Several names.
    pub(super) fn of_all(&self, ids: &[String]) -> String {
        ids.iter().map(|id| self.of(id)).collect::<Vec<_>>().join(self.lang.pick("、", ", "))
    }

    fn look_up(&self, id: &str) -> Option<String> {
        let stored = self.hub.read(&self.site, |tx| tx.document(id)).ok()??;
        let is_named = NAMED.iter().any(|kind| kind.as_str() == stored.document.kind);
        let name = if is_named { serde_json::from_value::<Bilingual>(stored.document.body["name"].clone()).ok()? } else { return None };
        Some(self.lang.of_both(&name))
    }

    /// What a call is about; none where this version does not know it.
    pub(super) fn call_category(&self, category: &str) -> Option<String> {
        let category = serde_json::from_value(Value::from(category)).ok()?;
        Some(self.lang.call_category(category).to_owned())
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
        let place = text("checkpoint").or_else(|| text("venue")).or_else(|| text("zone")).map(|id| self.of(&id));
        let what = match kind.split('.').next() {
            Some("loss") => text("category").map(|category| self.lang.category(&category)),
            Some("hazard") => text("description"),
            Some("call") => text("category").and_then(|category| self.call_category(&category)),
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
