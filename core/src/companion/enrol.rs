//! Who this phone is, and how it comes to belong to a site.

use serde::{Deserialize, Serialize};

use super::Companion;
use super::record::NewOperation;
use super::session::{Sharer, keep_holders, standing};
use crate::domain::{Actor, Bilingual, Bucket, Kind, Person, Role};
use crate::env::{HttpRequest, HttpResponse, Method, Transport};
use crate::log::{DeviceId, PublicKey};
use crate::store::{Meta, documents};
use crate::sync::engine::{hub_range, is_revoked, is_unsupported, transport_error};
use crate::sync::policy::REQUEST_TIMEOUT_MS;
use crate::sync::signature::sign;
use crate::sync::version::{PROTOCOL, ProtocolRange, ProtocolVersion};
use crate::sync::wire::{EnrolAnswer, EnrolRequest};
use crate::{Code, Error, Result};

/// Who this phone is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The device's id; it has one before it ever meets a hub.
    pub device: DeviceId,
    /// The site, once enrolled.
    pub site: Option<String>,
    /// The hub's address, once enrolled.
    pub hub_url: Option<String>,
    /// Whose name is on what is recorded: who holds the phone, or signed in on it. None for a tourist's, before enrolment, and
    /// where several share it and nobody is signed in.
    pub person: Option<String>,
    /// Their name, once a first sync has brought it.
    pub person_name: Option<Bilingual>,
    /// The roles that they hold now, by this phone's clock.
    pub roles: Vec<Role>,
    /// Whether somebody has to give their PIN before anything is recorded.
    pub locked: bool,
    /// Those who may sign in; empty on a phone that asks for no PIN.
    pub sharers: Vec<Sharer>,
}

/// What the hub said at enrolment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Enrolment {
    pub(super) hub_url: String,
    pub(super) site: String,
    pub(super) epoch: u32,
    pub(super) person: Option<String>,
    pub(super) scope: Vec<Bucket>,
    pub(super) scope_version: u64,
    /// The hub's signed word on this enrolment.
    #[serde(default)]
    pub(super) ticket: Option<String>,
    /// What the site's orders are signed with.
    #[serde(default)]
    pub(super) site_key: Option<PublicKey>,
}

impl Enrolment {
    /// The name under which operations are written on a phone that asks for no PIN.
    pub(super) fn actor_name(&self) -> &str {
        self.person.as_deref().unwrap_or(Actor::TOURIST)
    }
}

/// The author of that name as the rules see them. What was written before enrolment is the holder's, and nobody's in particular
/// where several share the phone.
pub(super) fn actor(connection: &rusqlite::Connection, enrolment: Option<&Enrolment>, name: &str) -> Result<Actor> {
    let Some(enrolment) = enrolment else { return Ok(Actor::Unknown) };
    let id = if name == Actor::SELF { enrolment.actor_name() } else { name };
    if id == Actor::TOURIST {
        return Ok(Actor::Tourist);
    }
    // Whom a newer hub describes in a way that this version cannot read: what they may do is for the hub to say.
    let person = documents::get(connection, id)?.and_then(|document| Person::read(document.body));
    Ok(person.map_or(Actor::Unknown, |person| Actor::Person(Box::new(person))))
}

impl Companion {
    /// Who this phone is.
    ///
    /// # Errors
    /// Those of the store.
    pub fn identity(&self) -> Result<Identity> {
        self.read(|connection| {
            let enrolment = Meta::Enrolment.read::<Enrolment>(connection)?;
            let standing = standing(connection, &self.env, enrolment.as_ref())?;
            let name = standing.person;
            let person: Option<Box<Person>> = match name.as_ref().map(|name| actor(connection, enrolment.as_ref(), name)).transpose()? {
                Some(Actor::Person(person)) => Some(person),
                _ => None,
            };
            let now = self.env.clock.wall_ms();
            let roles = match (&enrolment, &person) {
                (_, Some(person)) => Role::ALL.iter().copied().filter(|role| person.holds(&[*role], now)).collect(),
                (Some(_), None) if name.is_none() && standing.sharers.is_none() => vec![Role::Tourist],
                _ => Vec::new(),
            };
            Ok(Identity {
                device: self.device(),
                site: enrolment.as_ref().map(|enrolment| enrolment.site.clone()),
                hub_url: enrolment.as_ref().map(|enrolment| enrolment.hub_url.clone()),
                person: name,
                person_name: person.map(|person| person.name),
                roles,
                locked: standing.is_locked,
                sharers: standing.sharers.unwrap_or_default(),
            })
        })
    }

    /// Binds this phone to a site by a code: a one-time code for staff, the site's public one for tourists. Blocks on the network; call it from a background thread.
    ///
    /// What was recorded before goes up with the first sync. A call whose answer was lost may be repeated with the same code.
    ///
    /// # Errors
    /// [`Code::EnrolmentRefused`] where the code is wrong, used or expired; [`Code::DeviceRevoked`] where the phone was reported lost
    /// before it learnt that it had been enrolled: it needs a new key, and so a new database; [`Code::AlreadyEnrolled`]; [`Code::Malformed`]
    /// at `hub_url`; those of the network.
    pub fn enrol(&self, hub_url: &str, code: &str) -> Result<Identity> {
        let hub_url = hub_url.trim().trim_end_matches('/');
        if !(hub_url.starts_with("https://") || hub_url.starts_with("http://")) {
            return Err(Error::field(Code::Malformed, "hub_url", "an address that begins with https://"));
        }
        if self.read(|connection| Meta::Enrolment.read::<Enrolment>(connection))?.is_some() {
            return Err(Error::new(Code::AlreadyEnrolled, "this phone belongs to a site"));
        }
        let answer = self.ask_to_enrol(hub_url, code)?;
        let enrolment = Enrolment {
            hub_url: hub_url.to_owned(),
            site: answer.site,
            epoch: answer.epoch,
            person: answer.person,
            scope: answer.scope,
            scope_version: answer.scope_version,
            ticket: answer.ticket,
            site_key: answer.site_key,
        };
        let body = serde_json::json!({ "site": enrolment.site, "person": enrolment.person });
        self.write(|connection, changes| {
            if Meta::Enrolment.read::<Enrolment>(connection)?.is_some() {
                return Err(Error::new(Code::AlreadyEnrolled, "this phone belongs to a site"));
            }
            Meta::Enrolment.write(connection, &enrolment)?;
            Meta::Nonce.write(connection, &answer.nonce)?;
            if let Some(holders) = &answer.holders {
                keep_holders(connection, holders)?;
            }
            let operation = NewOperation::new(Kind::DeviceEnrol, format!("device.{}", self.device()), &body)?;
            self.append(connection, changes, operation)
        })?;
        self.keep_identity();
        self.identity()
    }

    fn ask_to_enrol(&self, hub_url: &str, code: &str) -> Result<EnrolAnswer> {
        let transport = self.transport.as_ref().ok_or_else(|| Error::new(Code::NoTransport, "the configuration has no transport"))?;
        let request = EnrolRequest {
            code: code.trim().to_owned(),
            ticket: None,
            public_key: self.device_key.public(),
            device_name: self.device_name.clone(),
        };
        let body = serde_json::to_vec(&request)?;
        let mut response = self.send_enrolment(transport.as_ref(), hub_url, &body, ProtocolVersion::MAX)?;
        if is_unsupported(&response)
            && let Some(version) = hub_range(&response).and_then(|range| range.common(ProtocolRange::OURS))
        {
            response = self.send_enrolment(transport.as_ref(), hub_url, &body, version)?;
        }
        match response.status {
            200 | 201 => serde_json::from_slice(&response.body).map_err(|_| Error::new(Code::AnswerInvalid, "not an enrolment answer")),
            429 | 503 => Err(Error::new(Code::HubBusy, "the hub asks for patience")),
            500..=599 => Err(Error::new(Code::HubError, "the hub failed")),
            400 if is_unsupported(&response) => {
                Err(Error::new(Code::ProtocolUnsupported, "the hub speaks no version that this phone speaks"))
            }
            403 if is_revoked(&response) => Err(Error::new(Code::DeviceRevoked, "the device was reported lost")),
            400 | 401 | 403 | 404 | 409 | 410 | 422 => {
                Err(Error::field(Code::EnrolmentRefused, "code", "the code is wrong, used or expired"))
            }
            status => Err(Error::new(Code::AnswerInvalid, format!("the hub answered {status}"))),
        }
    }

    fn send_enrolment(&self, transport: &dyn Transport, hub_url: &str, body: &[u8], version: ProtocolVersion) -> Result<HttpResponse> {
        let path = "/v1/enrol";
        let mut headers = sign(&self.device_key, "POST", path, body, None);
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
        headers.push((PROTOCOL.to_owned(), version.to_string()));
        let (url, body) = (format!("{hub_url}{path}"), body.to_vec());
        transport.send(HttpRequest { method: Method::Post, url, headers, body, timeout_ms: REQUEST_TIMEOUT_MS }).map_err(transport_error)
    }
}
