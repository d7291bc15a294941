//! Getting on with a hub of another version: what it speaks, and what it told that this build cannot read yet.

use serde_json::Value;

use super::Companion;
use super::observe::Changes;
use super::view::Judge;
use crate::Result;
use crate::domain::{AsTold, Verdict};
use crate::env::HttpResponse;
use crate::store::{Meta, outbox};
use crate::sync::engine::hub_range;
use crate::sync::version::ProtocolRange;
use crate::sync::wire::OperationVerdict;

/// This build: what it left aside is looked at again by another.
pub(super) const BUILD: &str = env!("CARGO_PKG_VERSION");

impl Companion {
    /// What the hub last said that it speaks.
    pub(super) fn hub_speaks(&self) -> Result<Option<ProtocolRange>> {
        let text = self.read_to_write(|connection| Meta::HubProtocol.read::<String>(connection))?;
        Ok(text.and_then(|text| text.parse().ok()))
    }

    /// Keeps what the hub speaks, where an answer of it says something new.
    pub(super) fn note_what_the_hub_speaks(&self, known: &mut Option<ProtocolRange>, response: &HttpResponse) -> Result<()> {
        let said = hub_range(response).or_else(|| (response.status == 200).then_some(ProtocolRange::OF_0_1));
        if said.is_some() && said != *known {
            *known = said;
            self.write(|connection, _| Meta::HubProtocol.write(connection, &said.map(|range| range.to_string())))?;
        }
        Ok(())
    }

    /// After an upgrade: reads the verdicts again that an older build could not read, and fetches everything anew where it went on
    /// without a change that it did not understand.
    pub(super) fn understand_what_was_left_aside(&self) -> Result<()> {
        if self.read_to_write(|connection| Meta::LeftAside.read::<String>(connection))?.is_none_or(|build| build == BUILD) {
            return Ok(());
        }
        self.write(|connection, changes: &mut Changes| {
            changes.outbox();
            let judge = Judge::new(connection)?;
            for entity in outbox::settle_again(connection)? {
                judge.rebuild(&entity, changes)?;
            }
            Meta::Cursor.clear(connection)?;
            Meta::LeftAside.clear(connection)
        })
    }
}

/// A verdict's text as it is kept: this version's own where that says all, and the hub's where it does not.
pub(super) fn told_verdict(verdict: &AsTold<OperationVerdict>) -> Result<String> {
    let told = verdict.told().map(serde_json::from_str::<Value>).transpose()?;
    let body = told.map(|mut told| {
        if let Some(fields) = told.as_object_mut() {
            fields.remove("operation");
        }
        told
    });
    kept(&verdict.verdict, body)
}

/// The same of a late verdict, which is the body of a document.
pub(super) fn told_late(verdict: &Verdict, body: &Value) -> Result<String> {
    kept(verdict, Some(body.clone()))
}

fn kept(verdict: &Verdict, told: Option<Value>) -> Result<String> {
    let own = serde_json::to_value(verdict)?;
    Ok(match told {
        Some(told) if told != own => told.to_string(),
        _ => serde_json::to_string(verdict)?,
    })
}
