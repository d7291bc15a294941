//! The personnel base as a phone of the staff knows it.

use liuye_core::domain;

use crate::companion::CompanionHandle;
use crate::crossing::{Inward, Outward, given, mirror, record};
use crate::error::Result;
use crate::types::{Bilingual, Role};

mirror! {
    /// The four forces.
    Force = domain::Force {
        /// 民警
        Police,
        /// 辅警
        Auxiliary,
        /// 保安
        Guard,
        /// 志愿者
        Volunteer,
    }
}

mirror! {
    /// The four trades.
    Trade = domain::Trade {
        /// 巡逻防控
        Patrol,
        /// 安全检查
        SafetyCheck,
        /// 法治宣传
        LegalPublicity,
        /// 应急救援
        EmergencyRescue,
    }
}

mirror! {
    /// Whether a person serves.
    PersonStatus = domain::PersonStatus {
        /// Serves.
        Active,
        /// Does not serve for now.
        Suspended,
        /// Has left.
        Left,
    }
}

record! {
    /// A role that a person holds for a time.
    RoleAssignment = domain::RoleAssignment {
        /// The role.
        role: Role,
        /// From when on, UTC ms; always, where absent.
        from: Option<i64>,
        /// Until when; still, where absent.
        to: Option<i64>,
    }
}

record! {
    /// A zone in which a person serves for a time.
    ZoneAssignment = domain::ZoneAssignment {
        /// The zone.
        zone: String,
        /// From when on, UTC ms; always, where absent.
        from: Option<i64>,
        /// Until when; still, where absent.
        to: Option<i64>,
    }
}

record! {
    /// What somebody may do by a paper, and for how long the paper is good. Its number is not kept: some issuers print the
    /// holder's identity number there.
    Certificate = domain::Certificate {
        /// What it is, such as 保安员证; 1 to 100 characters.
        name: String,
        /// Good from, UTC ms; always, where absent.
        from: Option<i64>,
        /// Good until, not included; for ever, where absent.
        to: Option<i64>,
    }
}

record! {
    /// Since when a person serves, or no longer does.
    StatusChange = domain::StatusChange {
        /// Whether they serve from then on.
        status: PersonStatus,
        /// From when on, UTC ms.
        from: i64,
    }
}

record! {
    /// An entry of the personnel base. It holds no phone and no identity number.
    Person = domain::Person {
        /// Such as `p-001`.
        id: String,
        /// Their name.
        name: Bilingual,
        /// Their force.
        force: Force,
        /// One or more trades.
        trades: Vec<Trade>,
        /// What they may do, with since when and until when.
        roles: Vec<RoleAssignment>,
        /// The zones in which they serve; with a history, those of its last word, for whoever does not read histories.
        zones: Vec<String>,
        /// In which zones they served when. Where there is none, `zones` holds always.
        zone_history: Vec<ZoneAssignment>,
        /// The security company that a guard comes from.
        company: Option<String>,
        /// What they may do by a paper.
        certificates: Vec<Certificate>,
        /// Whether they serve; with a history, its last word.
        status: PersonStatus,
        /// When that changed, oldest first. Where there is none, `status` holds always.
        status_history: Vec<StatusChange>,
    }
}

record! {
    /// A standing team.
    StandingUnit = domain::Unit {
        /// Such as `u-01`.
        id: String,
        /// Its name.
        name: Bilingual,
        /// Who leads it: one of its members.
        leader: String,
        /// The persons in it.
        members: Vec<String>,
        /// The zone in which it stands ready.
        home_zone: String,
        /// The security company that it comes from.
        company: Option<String>,
        /// From when on it no longer stands UTC ms.
        disbanded_at: Option<i64>,
    }
}

/// A certificate that is no longer good, or soon will not be.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct ExpiringCertificate {
    /// Whose: a person's id.
    pub person: String,
    /// The paper.
    pub certificate: Certificate,
}

impl Outward<ExpiringCertificate> for (String, domain::Certificate) {
    fn outward(self) -> ExpiringCertificate {
        let (person, certificate) = self;
        ExpiringCertificate { person, certificate: certificate.outward() }
    }
}

#[uniffi::export]
impl CompanionHandle {
    /// All persons that this phone knows, by id, whether they serve or not.
    ///
    /// # Errors
    /// Those of the store.
    pub fn persons(&self) -> Result<Vec<Person>> {
        given(self.core.personnel().persons())
    }

    /// One person.
    ///
    /// # Errors
    /// Those of the store.
    pub fn person(&self, id: &str) -> Result<Option<Person>> {
        given(self.core.personnel().person(id))
    }

    /// Those who serve now, by this phone's clock, of a force and of a trade where they are given, by id.
    ///
    /// # Errors
    /// Those of the store.
    pub fn serving(&self, force: Option<Force>, trade: Option<Trade>) -> Result<Vec<Person>> {
        given(self.core.personnel().serving(force.inward("force")?, trade.inward("trade")?))
    }

    /// Certificates of those who serve that are no longer good in so many days, by this phone's clock: person's id and paper,
    /// the first to end first. Those that have ended already are among them.
    ///
    /// # Errors
    /// Those of the store.
    pub fn expiring_certificates(&self, days: i64) -> Result<Vec<ExpiringCertificate>> {
        given(self.core.personnel().expiring_certificates(days.inward("days")?))
    }

    /// All units that this phone knows, by id, whether they stand or not.
    ///
    /// # Errors
    /// Those of the store.
    pub fn units(&self) -> Result<Vec<StandingUnit>> {
        given(self.core.personnel().units())
    }
}
