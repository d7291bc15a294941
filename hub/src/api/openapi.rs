//! The description of the api, OpenAPI 3.1, from what stands at each handler and from the types that go over the wire.

use std::collections::BTreeMap;

use axum::Json;
use axum::response::{IntoResponse, Response};
use liuye_core::Code;
use liuye_core::sync::wire::Problem;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{AllOfBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{IntoResponses, Modify, OpenApi};

use crate::{desk, public};

/// All of it. Whoever adds an endpoint for programs adds it here, or to the description of its own part.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Liuye's hub",
        description = "Phones enrol and sync, tourists report losses, officers and their programs read figures and maps. Errors are \
            RFC 9457 problem documents with a stable `code`, and `field` and `detail` where there are any. The protocol of phones, \
            with what their signatures and hashes cover, is told in docs/protocol.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    servers((url = "/", description = "This hub")),
    tags(
        (name = "phones", description = "Enrolment, the one round trip, photos"),
        (name = "public", description = "Lost property for those without an account"),
        (name = "figures", description = "The figures of a window"),
        (name = "maps", description = "GeoJSON"),
        (name = "hub", description = "The hub itself"),
    ),
    paths(
        super::healthz,
        openapi_json,
        super::enrol::enrol,
        super::sync::sync,
        super::branches::claim,
        super::blobs::options,
        super::blobs::create,
        super::blobs::progress,
        super::blobs::append,
        super::geojson::zones,
        super::geojson::units,
        super::live::listen,
    ),
    components(schemas(Problem)),
    modifiers(&Security),
)]
struct Phones;

struct Security;

impl Modify for Security {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let components = description.components.get_or_insert_default();
        let device = "The device's Ed25519 key signs the request (RFC 9421) in `Signature-Input`, `Signature` and `Content-Digest`: \
            docs/protocol/sync.md";
        let signature = ApiKey::Header(ApiKeyValue::with_description("Signature", device));
        let officer =
            ApiKey::Cookie(ApiKeyValue::with_description("liuye_session", "The session of an officer who logged in at /desk/login"));
        components.add_security_scheme("device", SecurityScheme::ApiKey(signature));
        components.add_security_scheme("officer", SecurityScheme::ApiKey(officer));
    }
}

/// The whole description.
pub(crate) fn description() -> utoipa::openapi::OpenApi {
    let mut whole = Phones::openapi();
    whole.merge(public::PublicApi::openapi());
    whole.merge(desk::FiguresApi::openapi());
    whole.info.version = env!("CARGO_PKG_VERSION").to_owned();
    whole
}

/// This description.
#[utoipa::path(
    get, path = "/openapi.json", tag = "hub",
    responses((status = 200, description = "OpenAPI 3.1", body = Object, content_type = "application/json")),
)]
pub(super) async fn openapi_json() -> Response {
    Json(description()).into_response()
}

/// A refusal of this status: a problem document with one of these codes.
fn refusal(codes: &[Code]) -> RefOr<utoipa::openapi::Response> {
    let one_of = ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).enum_values(Some(codes.iter().map(|code| code.as_str())));
    let problem = AllOfBuilder::new().item(Ref::from_schema_name("Problem")).item(ObjectBuilder::new().property("code", one_of));
    let names: Vec<_> = codes.iter().map(|code| format!("`{code}`")).collect();
    let schema = utoipa::openapi::Schema::AllOf(problem.build());
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().description(names.join(", ")).content("application/problem+json", content).build().into()
}

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident { $($status:literal: [$($code:ident),+],)* })*) => {
        $($(#[$doc])* pub(crate) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
                [
                    $(($status.to_string(), refusal(&[$(Code::$code),+])),)*
                    // Whatever is asked: the hub's own trouble.
                    ("500".to_owned(), refusal(&[Code::Internal, Code::Storage, Code::Corrupt])),
                    ("503".to_owned(), refusal(&[Code::Busy, Code::DiskFull, Code::HubBusy])),
                ]
                .into()
            }
        })*
    };
}

refusals! {
    /// Of an enrolment.
    EnrolRefusals {
        400: [Missing, TooLong, Malformed, TextForbiddenCharacter, ProtocolUnsupported],
        401: [SignatureInvalid, EnrolmentRefused],
        403: [DeviceRevoked],
        413: [TooLarge],
        429: [HubBusy],
    }
    /// Of a sync.
    SyncRefusals {
        400: [Malformed, ChainBroken, ProtocolUnsupported],
        401: [DeviceRefused, SignatureInvalid],
        403: [DeviceRevoked],
        409: [SequenceGap, Forked],
        413: [TooLarge],
    }
    /// Of asking for a branch.
    BranchRefusals {
        400: [Malformed, OutOfRange, ProtocolUnsupported],
        401: [DeviceRefused, SignatureInvalid],
        403: [DeviceRevoked],
        413: [TooLarge],
    }
    /// Of a photo's piece.
    BlobRefusals {
        400: [Missing, Malformed, OutOfRange, PhotoNotImage, PhotoTooManyPixels, ProtocolUnsupported],
        401: [DeviceRefused, SignatureInvalid],
        403: [DeviceRevoked],
        404: [NotFound],
        409: [OutOfRange],
        413: [TooLarge, PhotoTooLarge],
        460: [Malformed],
    }
    /// Of what anyone may read of a site.
    SiteRefusals { 404: [NotFound], }
    /// Of what officers and phones may read, or hear, of a site.
    UnitRefusals {
        401: [NotPermitted, DeviceRefused, SignatureInvalid],
        403: [NotPermitted, DeviceRevoked],
        404: [NotFound],
    }
    /// Of figures.
    FiguresRefusals {
        400: [TimeMalformed, TimeOrder, OutOfRange, Malformed],
        401: [NotPermitted],
        403: [NotPermitted],
        404: [NotFound],
    }
    /// Of a report without an account.
    ReportRefusals {
        400: [
            Missing, TooLong, Malformed, TextForbiddenCharacter, PhoneMalformed, PhoneEmergency, TimeMalformed, TimeInFuture, TimeOrder, UnknownReference,
            PhotoNotImage, PhotoTooManyPixels, PhotoTooMany
        ],
        413: [TooLarge, PhotoTooLarge],
        422: [DuplicateId],
        429: [HubBusy],
    }
    /// Of what is done by a tracking code.
    CodeRefusals {
        400: [Malformed, StateRefused],
        404: [NotFound],
        413: [TooLarge],
        429: [HubBusy],
    }
    /// Of a claim by a tracking code.
    ClaimRefusals {
        400: [Missing, TooLong, Malformed, TextForbiddenCharacter, StateRefused, ClaimLimit, ItemProhibited],
        403: [NotPermitted],
        404: [NotFound],
        413: [TooLarge],
        429: [HubBusy],
    }
    /// Of the list of what was found.
    FoundRefusals {
        400: [Malformed],
        404: [NotFound],
    }
}
