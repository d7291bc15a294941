//! Who did it, and what they were allowed to do at the time.

use super::{Person, Role};

/// Whoever an operation's author is, as far as this side knows.
#[derive(Debug, Clone, PartialEq)]
pub enum Actor {
    /// A phone that is not enrolled: what its holder may do is for the hub to say.
    Unknown,
    /// The holder of a tourist's phone.
    Tourist,
    /// Whoever holds the link to a venue's hazard: the hub writes for them.
    Operator,
    /// Whoever reports by the public page or its api, or shows a report's tracking code there: the hub writes for them.
    Public,
    /// A member of the staff.
    Person(Box<Person>),
}

/// Whether a role was held over an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// All the time.
    Held,
    /// At no end of it.
    NotHeld,
    /// At one end of it only: the operation is applied and flagged.
    Differs,
}

impl Actor {
    /// The name under which a phone writes before it is enrolled.
    pub const SELF: &'static str = "self";
    /// The name under which a tourist's phone writes.
    pub const TOURIST: &'static str = "tourist";
    /// The name under which the hub writes what came by a venue operator's link.
    pub const OPERATOR: &'static str = "operator";
    /// The name under which the hub writes what came by the public page.
    pub const PUBLIC: &'static str = "public";

    /// Whether `author` may correct or give up what was written under `original`: their own, and what nobody put a name to.
    #[must_use]
    pub fn may_correct(author: &str, original: &str) -> bool {
        author == original || original == Self::SELF
    }

    /// The id under which documents name the author.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Unknown => Self::SELF,
            Self::Tourist => Self::TOURIST,
            Self::Operator => Self::OPERATOR,
            Self::Public => Self::PUBLIC,
            Self::Person(person) => &person.id,
        }
    }

    /// Whether the author held any of the roles from `earliest` to `latest` (UTC ms).
    #[must_use]
    pub fn standing(&self, any_of: &[Role], earliest: i64, latest: i64) -> Standing {
        let held_at = |at: i64| match self {
            Self::Unknown => true,
            Self::Tourist | Self::Public => any_of.contains(&Role::Tourist),
            Self::Operator => any_of.contains(&Role::VenueOperator),
            Self::Person(person) => person.holds(any_of, at),
        };
        match (held_at(earliest), held_at(latest)) {
            (true, true) => Standing::Held,
            (false, false) => Standing::NotHeld,
            _ => Standing::Differs,
        }
    }
}
