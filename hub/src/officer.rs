//! What an officer does at the desk: operations of the hub's own device, under the name of the person that the account stands
//! for. The desk sits beside the ledger, so that a refusal is known before anything is written.

use liuye_core::domain::{Body, Contact, Kind, Role, Verdict};
use liuye_core::log::{AuthLevel, BlobRef};
use liuye_core::{Code, Error, Result};

use crate::accounts::Session;
use crate::hub::Hub;
use crate::own_device::OwnOperation;

/// Somebody of the personnel base at the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Officer {
    /// The person's id.
    pub(crate) person: String,
    /// What the account may do; the rules ask what the person may.
    pub(crate) role: Role,
}

/// What an officer writes.
pub(crate) struct OfficerOperation<'a> {
    pub(crate) kind: Kind,
    pub(crate) entity: &'a str,
    /// Its body, not normalised yet: with the `event` that its kind has.
    pub(crate) body: Body,
    /// Photos that are here.
    pub(crate) blobs: Vec<BlobRef>,
    /// Whose matter it is, where they left that.
    pub(crate) contact: Option<Contact>,
}

impl<'a> OfficerOperation<'a> {
    /// An operation with nothing but a body.
    pub(crate) const fn new(kind: Kind, entity: &'a str, body: Body) -> Self {
        Self { kind, entity, body, blobs: Vec::new(), contact: None }
    }
}

impl Officer {
    /// Whoever an account stands for.
    ///
    /// # Errors
    /// [`Code::NotPermitted`] at `officer` where it stands for nobody: what is done has to be done by somebody by name.
    pub(crate) fn of(session: &Session) -> Result<Self> {
        let nobody = || Error::field(Code::NotPermitted, "officer", "the account stands for nobody of the personnel base");
        session.person.clone().map(|person| Self { person, role: session.role }).ok_or_else(nobody)
    }
}

impl Hub {
    /// Writes what an officer does, where the rules let it take effect; nothing is written otherwise. Says whether it was flagged.
    ///
    /// # Errors
    /// The code and field of the rule that refuses it; [`Code::NotPermitted`] at `actor` where the person does not hold the role;
    /// those of the store.
    pub(crate) fn write_as_officer(&self, officer: &Officer, new: OfficerOperation<'_>) -> Result<bool> {
        let now = self.now();
        let contact = new.contact.map(|contact| contact.normalised(now).map_err(|error| error.within("contact"))).transpose()?;
        let body = new.body.normalised(now)?;
        let own = OwnOperation {
            actor: &officer.person,
            auth_level: AuthLevel::Pin,
            kind: new.kind,
            entity: new.entity,
            body: &body,
            blobs: new.blobs,
            contact,
        };
        self.write_own_if(&self.site()?, &own, |verdict| match verdict {
            Verdict::Applied { flags } => Ok(!flags.is_empty()),
            Verdict::Conflict { code, .. } => Err(Error::new(*code, "somebody else was faster")),
            Verdict::Quarantined { code, field } => Err(Error::field(*code, field.clone(), "the rules refuse it")),
            Verdict::Held { .. } => Err(Error::field(Code::UnknownReference, "entity", "what it is about is not here")),
        })
    }
}
