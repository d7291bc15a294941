//! One operation under judgement: what every noun asks and answers alike.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::apply::{Context, Outcome, Overtaker, Write};
use super::{Actor, Bucket, Conflict, Document, DocumentKind, Flag, Settings, Site, Standing, Until, Venue, Verdict};
use crate::domain::Role;
use crate::log::{Digest, Operation};
use crate::{Code, Error};

/// Why a judgement ends early.
pub(super) enum Stop {
    /// With this verdict, and nothing written.
    Verdict(Verdict),
    /// The world could not be read: no verdict at all.
    World(Error),
}

impl From<Error> for Stop {
    /// A broken rule. (Errors of the world come as [`Stop::World`], through [`Case`] alone.)
    fn from(error: Error) -> Self {
        Self::Verdict(Verdict::Quarantined { code: error.code, field: error.field.into_owned() })
    }
}

pub(super) type Judgement<T = Outcome> = Result<T, Stop>;

/// A document that operations change: how it is stored and who receives it.
pub(super) trait Noun: Serialize + DeserializeOwned {
    const KIND: DocumentKind;
    fn buckets(&self) -> Vec<Bucket>;
    /// Whose it is: a member of the staff.
    fn person(&self) -> Option<String>;
    /// Its own time, UTC ms.
    fn at(&self) -> i64;
}

/// The name of a member of the staff; none for `self`, `tourist`, `operator` and `public`.
pub(super) fn staff(name: &str) -> Option<String> {
    (!matches!(name, "self" | "tourist" | "operator" | "public")).then(|| name.to_owned())
}

/// Where a table leads from a state.
pub(super) fn next<S: Copy + PartialEq, M: Copy + PartialEq>(table: &[(S, M, S)], from: S, by: M) -> Option<S> {
    table.iter().find(|(state, step, _)| *state == from && *step == by).map(|&(.., to)| to)
}

pub(super) struct Case<'a> {
    pub(super) operation: &'a Operation,
    pub(super) context: &'a Context<'a>,
    pub(super) site: Option<Site>,
    pub(super) settings: Settings,
    /// The judged time, UTC ms.
    pub(super) at: i64,
    /// The earliest that it can have been, UTC ms.
    pub(super) earliest: i64,
    /// The latest that it can have been, UTC ms.
    latest: i64,
    /// When the hub wrote what the author had already seen, UTC ms: it was not before that.
    pub(super) not_before: Option<i64>,
    pub(super) flags: Vec<Flag>,
}

impl<'a> Case<'a> {
    pub(super) fn new(operation: &'a Operation, context: &'a Context<'a>) -> Judgement<Self> {
        let world = context.world;
        let site = match context.site {
            "" => None,
            id => world.document(id).map_err(Stop::World)?.and_then(|document| parse::<Site>(&document)),
        };
        let settings = site.as_ref().map(|site| site.settings).unwrap_or_default();
        let not_before = if operation.seen == 0 { None } else { world.written_at(operation.seen).map_err(Stop::World)? };
        let judged = super::judge(operation, &settings, context.received_at, not_before);
        let earliest = not_before.unwrap_or(judged.at).min(judged.at);
        // A clock that nobody held against the hub's since the phone's boot may be wrong by years: then only the arrival is sure.
        let latest = match operation.clock_offset_ms {
            Some(_) => judged.at,
            None => context.received_at.unwrap_or(i64::MAX).max(judged.at),
        };
        Ok(Self { operation, context, site, settings, at: judged.at, earliest, latest, not_before, flags: judged.flags })
    }

    pub(super) fn actor(&self) -> &str {
        self.context.actor.name()
    }

    /// Whether a record is of this author. Before enrolment a phone writes for whoever holds it.
    pub(super) fn is_author(&self, person: &str) -> bool {
        person == self.actor() || person == "self"
    }

    pub(super) fn photos(&self) -> Vec<Digest> {
        self.operation.blobs.iter().map(|blob| blob.sha256).collect()
    }

    pub(super) fn is_hub(&self) -> bool {
        self.context.received_at.is_some()
    }

    pub(super) fn flag(&mut self, flag: Flag) {
        if !self.flags.contains(&flag) {
            self.flags.push(flag);
        }
    }

    /// Asks for any of the roles over the interval in which the operation can have happened.
    pub(super) fn authorise(&mut self, any_of: &[Role]) -> Judgement<()> {
        match self.context.actor.standing(any_of, self.earliest, self.latest) {
            Standing::Held => Ok(()),
            Standing::Differs => {
                self.flag(Flag::AuthorityUncertain);
                Ok(())
            }
            Standing::NotHeld => Err(Error::new(Code::NotPermitted, "the role does not allow this").into()),
        }
    }

    /// Who was taken off a phone writes nothing on it from then on; what they wrote before counts.
    pub(super) fn check_holder(&mut self) -> Judgement<()> {
        // Whoever was struck off the personnel base is judged as anyone: the name on the record says who it was.
        let name = if self.operation.actor == Actor::SELF { self.actor() } else { &self.operation.actor };
        let left = self.context.world.left_device_at(&self.operation.device, name).map_err(Stop::World)?;
        match left {
            Some(left) if left <= self.earliest => {
                return Err(Error::field(Code::NotPermitted, "actor", "no longer shares this phone").into());
            }
            Some(left) if left <= self.latest => self.flag(Flag::AuthorityUncertain),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn document(&self, id: &str) -> Judgement<Option<Document>> {
        self.context.world.document(id).map_err(Stop::World)
    }

    /// Reference data by id. None only where this side does not have all of it, so that the hub must judge.
    pub(super) fn reference<T: DeserializeOwned>(&self, kind: DocumentKind, id: &str, field: &'static str) -> Judgement<Option<T>> {
        let found = self.document(id)?.filter(|document| document.kind == kind.as_str()).and_then(|document| parse(&document));
        match found {
            None if self.context.world.is_complete() => Err(Error::field(Code::UnknownReference, field, format!("no such {kind}")).into()),
            found => Ok(found),
        }
    }

    /// A venue that was not struck off at the operation's time.
    pub(super) fn venue(&self, id: &str) -> Judgement<Option<Venue>> {
        let venue: Option<Venue> = self.reference(DocumentKind::Venue, id, "venue")?;
        match &venue {
            Some(venue) if venue.retired_at.is_some_and(|retired| retired <= self.at) => {
                Err(Error::field(Code::VenueRetired, "venue", "the venue was struck off").into())
            }
            _ => Ok(venue),
        }
    }

    /// Checks that the operation's own id names no document yet.
    pub(super) fn must_be_new(&self) -> Judgement<()> {
        if !super::is_id(&self.operation.entity) {
            return Err(Error::field(Code::Malformed, "entity", "lower-case letters, digits, - and _; at most 64").into());
        }
        match self.document(&self.operation.entity)? {
            Some(_) => Err(Error::field(Code::Exists, "entity", "a document of this id exists").into()),
            None => Ok(()),
        }
    }

    /// The document that the operation is about.
    pub(super) fn existing<N: Noun>(&self) -> Judgement<(Document, N)> {
        self.existing_of(&self.operation.entity, "entity")
    }

    /// A document that the operation names at `field`.
    pub(super) fn existing_of<N: Noun>(&self, id: &str, field: &'static str) -> Judgement<(Document, N)> {
        let Some(document) = self.document(id)? else {
            // Its maker may not have synced yet. Only a phone that has everything of its scope can say no.
            if self.is_hub() || !self.context.world.is_complete() {
                return Err(Stop::Verdict(Verdict::Held { until: Until::Entity(id.to_owned()) }));
            }
            return Err(Error::field(Code::UnknownReference, field, "no such document").into());
        };
        if document.kind != N::KIND.as_str() {
            return Err(Error::field(Code::UnknownReference, field, "a document of another kind").into());
        }
        match parse(&document) {
            Some(noun) => Ok((document, noun)),
            // Written by a newer version: this one must not rewrite what it does not understand.
            None => Err(Error::field(Code::StateRefused, field, "the document is of a newer version").into()),
        }
    }

    /// Waits for the first of the photos that is not here.
    pub(super) fn wait_for(&self, photos: &[Digest]) -> Judgement<()> {
        for photo in photos {
            if !self.context.world.has_blob(photo).map_err(Stop::World)? {
                return Err(Stop::Verdict(Verdict::Held { until: Until::Blob(*photo) }));
            }
        }
        Ok(())
    }

    /// A transition that the state does not allow: a conflict where somebody else was faster, refused where not.
    pub(super) fn illegal<N: Noun>(&self, document: &Document, noun: &N) -> Judgement {
        let Some(winner) = self.overtaken(document)? else {
            return Err(Error::new(Code::StateRefused, "the record's state does not allow this").into());
        };
        Ok(self.lost_to(document, noun, Code::Overtaken, winner))
    }

    /// A conflict at a document that stands as somebody else left it: this one's evidence is kept beside it.
    pub(super) fn lost_to<N: Noun>(&self, document: &Document, noun: &N, code: Code, winner: Overtaker) -> Outcome {
        let operation = self.operation;
        let kept = match winner {
            Overtaker::Operation(id) => Some(id),
            Overtaker::Clock => None,
        };
        let conflict = Conflict {
            operation: operation.id,
            kind: operation.kind.clone(),
            code,
            actor: self.actor().to_owned(),
            recorded_at: operation.recorded_at,
            body: serde_json::from_str(operation.body_text()).unwrap_or(Value::Null),
            photos: self.photos(),
        };
        let write = Write { conflict: Some(conflict), ..write_of(&document.id, document.body.clone(), noun) };
        Outcome { verdict: Verdict::Conflict { code, kept }, writes: vec![write] }
    }

    /// What changed the document after its author had last seen it.
    pub(super) fn overtaken(&self, document: &Document) -> Judgement<Option<Overtaker>> {
        let operation = self.operation;
        self.context.world.overtaken_by(&document.id, operation.base_rev.unwrap_or(0), &operation.device).map_err(Stop::World)
    }

    /// Whether somebody else changed the operation's own document after its author had last seen it.
    pub(super) fn is_overtaken(&self) -> Judgement<bool> {
        let operation = self.operation;
        let winner = self.context.world.overtaken_by(&operation.entity, operation.base_rev.unwrap_or(0), &operation.device);
        Ok(winner.map_err(Stop::World)?.is_some())
    }

    pub(super) fn created<N: Noun>(self, noun: &N) -> Judgement {
        let write = created_write(&self.operation.entity, noun)?;
        Ok(self.applied(vec![write]))
    }

    pub(super) fn changed<N: Noun>(self, document: &Document, before: &N, after: &N) -> Judgement {
        let write = changed_write(document, before, after)?;
        Ok(self.applied(vec![write]))
    }

    pub(super) fn applied(mut self, writes: Vec<Write>) -> Outcome {
        self.flags.sort_unstable();
        Outcome { verdict: Verdict::Applied { flags: self.flags }, writes }
    }
}

pub(super) fn parse<T: DeserializeOwned>(document: &Document) -> Option<T> {
    T::deserialize(&document.body).ok()
}

/// A document that did not exist.
pub(super) fn created_write<N: Noun>(id: &str, noun: &N) -> Judgement<Write> {
    Ok(write_of(id, json(noun)?, noun))
}

/// A document that did.
pub(super) fn changed_write<N: Noun>(document: &Document, before: &N, after: &N) -> Judgement<Write> {
    let body = merged(&document.body, &json(before)?, json(after)?);
    Ok(write_of(&document.id, body, after))
}

pub(super) fn write_of<N: Noun>(id: &str, body: Value, noun: &N) -> Write {
    Write { id: id.to_owned(), kind: N::KIND, body, buckets: noun.buckets(), person: noun.person(), at: noun.at(), conflict: None }
}

pub(super) fn json<T: Serialize>(value: &T) -> Judgement<Value> {
    serde_json::to_value(value).map_err(|_| Error::internal("a document that is no JSON").into())
}

/// The new body. What the operation did not change stays as it was, and so does what this version does not know of it.
///
/// `before` is what this version reads of the `document`, and `after` what it makes of that.
pub(super) fn merged(document: &Value, before: &Value, after: Value) -> Value {
    if *before == after {
        return document.clone();
    }
    match (document, before, after) {
        (Value::Object(old), Value::Object(before), Value::Object(mut after)) => {
            for (key, value) in old {
                match (before.get(key), after.get_mut(key)) {
                    (Some(before), Some(after)) => *after = merged(value, before, after.take()),
                    (None, None) => drop(after.insert(key.clone(), value.clone())),
                    _ => {}
                }
            }
            Value::Object(after)
        }
        (Value::Array(old), Value::Array(before), Value::Array(after)) if old.len() == before.len() => {
            let mut from = 0;
            let kept = |item: Value| match before[from..].iter().position(|before| *before == item) {
                Some(place) => {
                    from += place + 1;
                    old[from - 1].clone()
                }
                None => item,
            };
            Value::Array(after.into_iter().map(kept).collect())
        }
        (_, _, after) => after,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_newer_version_wrote_stays_wherever_the_operation_did_not_change_it() {
        let document = json!({
            "state": "found", "flags": ["late", "moonlit"], "owner": {"name": "a", "rank": 3}, "weather": "fog",
            "steps": [{"at": 1, "by": "x", "mood": "calm"}, {"at": 2, "by": "y", "mood": "tense"}],
        });
        let before = json!({
            "state": "found", "flags": ["late", "other"], "owner": {"name": "a"}, "steps": [{"at": 1, "by": "x"}, {"at": 2, "by": "y"}],
        });
        let after = json!({
            "state": "closed", "flags": ["late", "other"], "owner": {"name": "b"}, "closed_by": "z",
            "steps": [{"at": 2, "by": "y"}, {"at": 3, "by": "z"}],
        });
        let expected = json!({
            "state": "closed", "flags": ["late", "moonlit"], "owner": {"name": "b", "rank": 3}, "weather": "fog", "closed_by": "z",
            "steps": [{"at": 2, "by": "y", "mood": "tense"}, {"at": 3, "by": "z"}],
        });
        assert_eq!(merged(&document, &before, after), expected);
    }

    #[test]
    fn what_the_operation_takes_away_is_gone() {
        let (document, before) = (json!({"owner": "a", "due": 3, "weather": "fog"}), json!({"owner": "a", "due": 3}));
        assert_eq!(merged(&document, &before, json!({"owner": "a"})), json!({"owner": "a", "weather": "fog"}));
    }
}
