//! The JSON schemas of types that write themselves as text, or in a shape of their own.

use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::Code;
use crate::domain::{Bucket, Document, Until};
use crate::log::{DeviceId, Digest, PublicKey, Salt, Signature};
use crate::sync::wire::Change;

fn text(description: &str, pattern: Option<&str>) -> RefOr<Schema> {
    let builder = ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).description(Some(description));
    builder.pattern(pattern).build().into()
}

macro_rules! texts {
    ($($name:ty, $description:literal, $pattern:expr;)*) => {
        $(impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                text($description, $pattern)
            }
        }

        impl ToSchema for $name {})*
    };
}

texts! {
    Digest, "SHA-256, 64 hexadecimal digits", Some("^[0-9a-f]{64}$");
    Salt, "16 bytes, 32 hexadecimal digits", Some("^[0-9a-f]{32}$");
    DeviceId, "A device, by its public key: 32 hexadecimal digits", Some("^[0-9a-f]{32}$");
    PublicKey, "An Ed25519 public key, base64url without padding", Some("^[A-Za-z0-9_-]{43}$");
    Signature, "An Ed25519 signature, base64url without padding", Some("^[A-Za-z0-9_-]{86}$");
    Bucket, "Where documents lie: `public`, `staff`, `zone:ID`, `role:NAME`, `person:ID`, `device:ID`; newer versions may know more", None;
    Until, "What is waited for: `blob:…`, `entity:…`, `operation:…`, `kind:…@…`; newer versions may know more", None;
}

impl PartialSchema for Code {
    fn schema() -> RefOr<Schema> {
        let builder = ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
        let description = "The stable name of a reason. It never changes its meaning; new ones may be added.";
        builder.description(Some(description)).enum_values(Some(Self::ALL.iter().map(|code| code.as_str()))).build().into()
    }
}

impl ToSchema for Code {}

impl PartialSchema for Change {
    fn schema() -> RefOr<Schema> {
        let only = |name: &str, schema: RefOr<Schema>| ObjectBuilder::new().property(name, schema).required(name);
        let id = ObjectBuilder::new().property("id", String::schema()).required("id");
        let bucket = ObjectBuilder::new().property("bucket", Bucket::schema()).required("bucket");
        let either = OneOfBuilder::new()
            .description(Some(
                "A document as it is now; one that may no longer be seen; a bucket that left the scope. Newer versions may know more.",
            ))
            .item(only("document", utoipa::openapi::Ref::from_schema_name("Document").into()))
            .item(only("gone", id.into()))
            .item(only("purge", bucket.into()))
            .build();
        Schema::OneOf(either).into()
    }
}

impl ToSchema for Change {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((Document::name().into_owned(), Document::schema()));
        Document::schemas(schemas);
    }
}
