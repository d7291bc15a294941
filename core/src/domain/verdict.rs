//! The one visible end of every operation.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::Code;
use crate::log::Digest;

/// What became of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case", from = "Told")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Verdict {
    /// It took effect; with flags, somebody should look at it.
    Applied {
        /// Why somebody should look at it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        flags: Vec<Flag>,
    },
    /// Somebody else was faster: the document stands as they left it, this operation's evidence is kept beside it.
    Conflict {
        /// Why it could not be applied.
        code: Code,
        /// The operation that stands.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kept: Option<Uuid>,
    },
    /// It waits for something, and is judged again when that is there.
    Held {
        /// What it waits for.
        until: Until,
    },
    /// It breaks a rule. It is kept whole; the remedy is a new operation that amends it.
    Quarantined {
        /// The rule.
        code: Code,
        /// The field of the body at fault; empty where there is none.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        field: String,
    },
}

/// A verdict as it is read.
#[derive(Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
enum Told {
    Applied {
        #[serde(default)]
        flags: Vec<Flag>,
    },
    Conflict {
        code: Code,
        #[serde(default)]
        kept: Option<Uuid>,
    },
    Held {
        until: Until,
    },
    Quarantined {
        code: Code,
        #[serde(default)]
        field: String,
    },
    /// One that a newer version knows.
    #[serde(other)]
    Newer,
}

impl From<Told> for Verdict {
    /// What the hub has and this version cannot read is settled for the hub, and open for this phone: it waits for a newer version.
    fn from(told: Told) -> Self {
        match told {
            Told::Applied { flags } => Self::Applied { flags },
            Told::Conflict { code, kept } => Self::Conflict { code, kept },
            Told::Held { until } => Self::Held { until },
            Told::Quarantined { code, field } => Self::Quarantined { code, field },
            Told::Newer => Self::Held { until: Until::Other("newer".to_owned()) },
        }
    }
}

impl Verdict {
    /// Applied, and nothing to look at.
    pub const CLEAN: Self = Self::Applied { flags: Vec::new() };

    /// The name as it stands in JSON and SQL.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Applied { .. } => "applied",
            Self::Conflict { .. } => "conflict",
            Self::Held { .. } => "held",
            Self::Quarantined { .. } => "quarantined",
        }
    }

    /// Whether the operation changed, or may still change, a document.
    #[must_use]
    pub const fn is_applied(&self) -> bool {
        matches!(self, Self::Applied { .. })
    }
}

/// Why an applied operation, or a check-in, deserves a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Flag {
    /// No position at all where one was needed.
    FixMissing,
    /// The position is older than 60 s *(default)*.
    FixStale,
    /// The position is coarser than 50 m *(default)*, or claims no error at all.
    FixInaccurate,
    /// The platform says that the position is a mock.
    FixMock,
    /// The position lies outside the site's box.
    FixOutsideSite,
    /// The position is surely outside the checkpoint's radius.
    Outside,
    /// The position's error circle crosses the checkpoint's radius.
    Uncertain,
    /// Faster than a person on foot, or than a vehicle, can be.
    TooFast,
    /// More than eight scans within ten minutes.
    TooManyScans,
    /// The device's clock is off by more than 120 s.
    ClockOffset,
    /// Written more than five minutes in the future; the time was clamped.
    ClockFuture,
    /// Arrived more than 72 h after it was written.
    Late,
    /// An NFC counter that is not above the last one seen.
    TagReplay,
    /// The role holds for one end of the interval in which this happened, and not for the other.
    AuthorityUncertain,
    /// One that a newer version knows.
    #[serde(other)]
    Other,
}

impl Flag {
    /// The name as it stands in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FixMissing => "fix_missing",
            Self::FixStale => "fix_stale",
            Self::FixInaccurate => "fix_inaccurate",
            Self::FixMock => "fix_mock",
            Self::FixOutsideSite => "fix_outside_site",
            Self::Outside => "outside",
            Self::Uncertain => "uncertain",
            Self::TooFast => "too_fast",
            Self::TooManyScans => "too_many_scans",
            Self::ClockOffset => "clock_offset",
            Self::ClockFuture => "clock_future",
            Self::Late => "late",
            Self::TagReplay => "tag_replay",
            Self::AuthorityUncertain => "authority_uncertain",
            Self::Other => "other",
        }
    }
}

/// What a held operation waits for. In JSON and SQL one text, `blob:…`, `entity:…`, `operation:…` or `kind:…@…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Until {
    /// A photo that has not arrived whole.
    Blob(Digest),
    /// A document that the hub does not have yet.
    Entity(String),
    /// An operation of the same device that is itself held or quarantined.
    Operation(Uuid),
    /// A version of this hub that knows the kind.
    Kind(String, u32),
    /// What a newer version knows.
    Other(String),
}

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blob(sha256) => write!(f, "blob:{sha256}"),
            Self::Entity(id) => write!(f, "entity:{id}"),
            Self::Operation(id) => write!(f, "operation:{id}"),
            Self::Kind(kind, version) => write!(f, "kind:{kind}@{version}"),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl FromStr for Until {
    type Err = std::convert::Infallible;

    /// Whatever this version cannot read is [`Until::Other`].
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = text.split_once(':').and_then(|(what, rest)| match what {
            "blob" => Digest::parse(rest).map(Self::Blob).ok(),
            "entity" => Some(Self::Entity(rest.to_owned())),
            "operation" => rest.parse().map(Self::Operation).ok(),
            "kind" => {
                let (kind, version) = rest.rsplit_once('@')?;
                Some(Self::Kind(kind.to_owned(), version.parse().ok()?))
            }
            _ => None,
        });
        Ok(known.unwrap_or_else(|| Self::Other(text.to_owned())))
    }
}

impl Serialize for Until {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Until {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Ok(until) = String::deserialize(deserializer)?.parse();
        Ok(until)
    }
}
