//! How values cross: what the core gives becomes the bridge's own, what a host gives becomes the core's. A list of fields is
//! written once; the macros make the type, its documentation and the way over of it.

use std::path::PathBuf;

use liuye_core::domain::Until;
use liuye_core::log::{DeviceId, Digest};
use liuye_core::{Code, Error};
use uuid::Uuid;

use crate::error::{Result, malformed};

/// A value of the core on its way to a host. Nothing is lost but what a host could do nothing with.
pub(crate) trait Outward<T> {
    fn outward(self) -> T;
}

/// A value of a host on its way to the core.
pub(crate) trait Inward<T> {
    /// The core's value. `at` is where it stands in the call, such as `photos`, for the error.
    fn inward(self, at: &str) -> Result<T>;
}

/// What a call of the core gave, as the bridge's own.
pub(crate) fn given<A: Outward<B>, B>(answer: liuye_core::Result<A>) -> Result<B> {
    Ok(answer?.outward())
}

/// The path of a field.
pub(crate) fn path(at: &str, field: &str) -> String {
    if at.is_empty() { field.to_owned() } else { format!("{at}.{field}") }
}

/// A field of a draft.
pub(crate) fn inward_at<A: Inward<B>, B>(value: A, at: &str, field: &str) -> Result<B> {
    value.inward(&path(at, field))
}

macro_rules! as_they_are {
    ($($ty:ty),*) => {$(
        impl Outward<$ty> for $ty {
            fn outward(self) -> $ty {
                self
            }
        }

        impl Inward<$ty> for $ty {
            fn inward(self, _at: &str) -> Result<$ty> {
                Ok(self)
            }
        }
    )*};
}
as_they_are!((), bool, u8, i32, i64, f64, String);

/// Numbers cross signed: no language likes an unsigned long.
macro_rules! numbers {
    ($($ty:ty),*) => {$(
        impl Outward<i64> for $ty {
            fn outward(self) -> i64 {
                i64::try_from(self).unwrap_or(i64::MAX)
            }
        }

        impl Inward<$ty> for i64 {
            fn inward(self, at: &str) -> Result<$ty> {
                Ok(<$ty>::try_from(self).map_err(|_| Error::field(Code::OutOfRange, at.to_owned(), "not negative, and not so large"))?)
            }
        }
    )*};
}
numbers!(u8, u16, u32, u64, usize);

impl Outward<i32> for u32 {
    fn outward(self) -> i32 {
        i32::try_from(self).unwrap_or(i32::MAX)
    }
}

impl Outward<i64> for i32 {
    fn outward(self) -> i64 {
        self.into()
    }
}

macro_rules! texts {
    ($($ty:ty),*) => {$(
        impl Outward<String> for $ty {
            fn outward(self) -> String {
                self.to_string()
            }
        }
    )*};
}
texts!(Uuid, Digest, DeviceId, Until, &str);

impl Outward<String> for PathBuf {
    fn outward(self) -> String {
        self.to_string_lossy().into_owned()
    }
}

impl Outward<String> for Code {
    fn outward(self) -> String {
        self.as_str().to_owned()
    }
}

impl Inward<Uuid> for &str {
    fn inward(self, at: &str) -> Result<Uuid> {
        Uuid::parse_str(self).map_err(|_| malformed(at.to_owned(), "a UUID"))
    }
}

impl Inward<Digest> for &str {
    fn inward(self, at: &str) -> Result<Digest> {
        Digest::parse(self).map_err(|_| malformed(at.to_owned(), "SHA-256 as 64 hexadecimal digits"))
    }
}

impl Inward<Digest> for String {
    fn inward(self, at: &str) -> Result<Digest> {
        self.as_str().inward(at)
    }
}

impl<A: Outward<B>, B> Outward<Option<B>> for Option<A> {
    fn outward(self) -> Option<B> {
        self.map(A::outward)
    }
}

impl<A: Inward<B>, B> Inward<Option<B>> for Option<A> {
    fn inward(self, at: &str) -> Result<Option<B>> {
        self.map(|value| value.inward(at)).transpose()
    }
}

impl<A: Outward<B>, B> Outward<Vec<B>> for Vec<A> {
    fn outward(self) -> Vec<B> {
        self.into_iter().map(A::outward).collect()
    }
}

impl<A: Inward<B>, B> Inward<Vec<B>> for Vec<A> {
    fn inward(self, at: &str) -> Result<Vec<B>> {
        self.into_iter().enumerate().map(|(index, value)| value.inward(&format!("{at}[{index}]"))).collect()
    }
}

/// An enum of the core, variant for variant, both ways.
macro_rules! mirror {
    ($(#[$doc:meta])* $name:ident = $core:path { $($(#[$item:meta])* $variant:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
        pub enum $name { $($(#[$item])* $variant,)* }

        impl $crate::crossing::Outward<$name> for $core {
            fn outward(self) -> $name {
                match self { $(<$core>::$variant => $name::$variant,)* }
            }
        }

        impl $crate::crossing::Inward<$core> for $name {
            fn inward(self, _at: &str) -> $crate::error::Result<$core> {
                Ok(match self { $(Self::$variant => <$core>::$variant,)* })
            }
        }
    };
}
pub(crate) use mirror;

/// An open enum of the core: what a newer core adds shows as `Other`.
macro_rules! mirror_open {
    ($(#[$doc:meta])* $name:ident = $core:path { $($(#[$item:meta])* $variant:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
        pub enum $name {
            $($(#[$item])* $variant,)*
            /// One that this version of the bridge does not know.
            Other,
        }

        impl $crate::crossing::Outward<$name> for $core {
            fn outward(self) -> $name {
                match self { $(<$core>::$variant => $name::$variant,)* _ => $name::Other }
            }
        }
    };
}
pub(crate) use mirror_open;

/// An enum of the core whose variants hold something, both ways.
macro_rules! sum {
    ($(#[$doc:meta])* $name:ident = $core:path { $($(#[$item:meta])* $variant:ident { $($(#[$inner:meta])* $field:ident: $ty:ty,)* },)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, uniffi::Enum)]
        pub enum $name { $($(#[$item])* $variant { $($(#[$inner])* $field: $ty,)* },)* }

        impl $crate::crossing::Outward<$name> for $core {
            fn outward(self) -> $name {
                type Core = $core;
                match self { $(Core::$variant { $($field),* } => $name::$variant { $($field: $crate::crossing::Outward::outward($field)),* },)* }
            }
        }

        impl $crate::crossing::Inward<$core> for $name {
            fn inward(self, at: &str) -> $crate::error::Result<$core> {
                type Core = $core;
                Ok(match self {
                    $(Self::$variant { $($field),* } => {
                        Core::$variant { $($field: $crate::crossing::inward_at($field, at, stringify!($field))?),* }
                    })*
                })
            }
        }
    };
}
pub(crate) use sum;

/// A record that a host reads, field for field; `name: Type = other.place` says where a field stands in the core's.
macro_rules! record {
    ($(#[$doc:meta])* $name:ident = $core:path { $($(#[$item:meta])* $field:ident: $ty:ty $(= $($from:ident).+)?,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, uniffi::Record)]
        pub struct $name { $($(#[$item])* pub $field: $ty,)* }

        impl $crate::crossing::Outward<$name> for $core {
            fn outward(self) -> $name {
                $name { $($field: $crate::crossing::Outward::outward($crate::crossing::place!(self, $field $(, $($from).+)?)),)* }
            }
        }
    };
}
pub(crate) use record;

/// A noun that a host reads, with the id of its document before everything else.
macro_rules! noun {
    ($(#[$doc:meta])* $name:ident = $core:path { $($(#[$item:meta])* $field:ident: $ty:ty $(= $($from:ident).+)?,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, uniffi::Record)]
        pub struct $name {
            /// Its id.
            pub id: String,
            $($(#[$item])* pub $field: $ty,)*
        }

        impl $crate::crossing::Outward<$name> for (String, $core) {
            fn outward(self) -> $name {
                let (id, noun) = self;
                $name { id, $($field: $crate::crossing::Outward::outward($crate::crossing::place!(noun, $field $(, $($from).+)?)),)* }
            }
        }
    };
}
pub(crate) use noun;

/// Where a field stands.
macro_rules! place {
    ($value:ident, $field:ident) => { $value.$field };
    ($value:ident, $field:ident, $($from:ident).+) => { $value.$($from).+ };
}
pub(crate) use place;

/// What a host fills in, field for field; `name: Type = None` has a default.
macro_rules! draft {
    ($(#[$doc:meta])* $name:ident = $core:path { $($(#[$item:meta])* $field:ident: $ty:ty $(= $default:tt)?,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, uniffi::Record)]
        pub struct $name { $($(#[$item])* $(#[uniffi(default = $default)])? pub $field: $ty,)* }

        impl $crate::crossing::Inward<$core> for $name {
            fn inward(self, at: &str) -> $crate::error::Result<$core> {
                type Core = $core;
                Ok(Core { $($field: $crate::crossing::inward_at(self.$field, at, stringify!($field))?,)* })
            }
        }
    };
}
pub(crate) use draft;

/// A draft that comes back in what a host reads.
macro_rules! both_ways {
    ($(#[$doc:meta])* $name:ident = $core:path { $($(#[$item:meta])* $field:ident: $ty:ty $(= $default:tt)?,)* }) => {
        $crate::crossing::draft! { $(#[$doc])* $name = $core { $($(#[$item])* $field: $ty $(= $default)?,)* } }

        impl $crate::crossing::Outward<$name> for $core {
            fn outward(self) -> $name {
                $name { $($field: $crate::crossing::Outward::outward(self.$field),)* }
            }
        }
    };
}
pub(crate) use both_ways;
