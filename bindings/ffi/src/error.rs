//! The one error of the bridge: a variant a kind, each with the stable code, the field and a detail.

use liuye_core::{Code, Error, ErrorKind};

/// What a call of the bridge gives.
pub type Result<T, E = LiuyeError> = std::result::Result<T, E>;

macro_rules! errors {
    ($($(#[$doc:meta])* $kind:ident;)*) => {
        /// Why a call failed. The variant says what to do about it.
        #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
        pub enum LiuyeError {
            $(
                $(#[$doc])*
                #[error("{code} {field} {detail}")]
                $kind {
                    /// The stable reason.
                    code: String,
                    /// The path of the input field at fault, such as `contact.phone`; empty where there is none.
                    field: String,
                    /// The rule or the limit, for developers; it names no person.
                    detail: String,
                },
            )*
        }

        impl From<Error> for LiuyeError {
            fn from(error: Error) -> Self {
                let kind = error.kind();
                let (code, field, detail) = (error.code.as_str().to_owned(), error.field.into_owned(), error.detail.into_owned());
                match kind { $(ErrorKind::$kind => Self::$kind { code, field, detail },)* }
            }
        }
    };
}

errors! {
    /// The input breaks a rule; nothing was stored. Mend the named field and call again.
    Refused;
    /// The record is not in a state that allows this; nothing was stored.
    State;
    /// The person has not the role that this needs; nothing was stored.
    NotPermitted;
    /// The database cannot be opened, read or written: key, version, disk.
    Storage;
    /// The hub cannot be reached, or its answer makes no sense. What is stored stays queued.
    Network;
    /// The hub does not take this device or code, or the PIN is wrong.
    Unauthorised;
    /// Another call of the same sort is running.
    Busy;
    /// The call was cancelled, or the companion is closed, suspended or wiped.
    Closed;
    /// A bug of ours. Nothing was stored.
    Internal;
}

/// An argument that is not in the form of its type.
pub(crate) fn malformed(field: impl Into<String>, detail: &'static str) -> LiuyeError {
    Error::field(Code::Malformed, field.into(), detail).into()
}

/// Every stable code, so that a language can hold its own list against the core's.
#[uniffi::export]
#[must_use]
pub fn error_codes() -> Vec<String> {
    Code::ALL.iter().map(|code| code.as_str().to_owned()).collect()
}
