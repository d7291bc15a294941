//! A phone that says what it likes: signed requests by hand, for what no companion would ever send.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use liuye_core::env::{Env, HttpRequest, HttpResponse, Method, Transport};
use liuye_core::log::{AuthLevel, DeviceKey, Digest, Operation};
use liuye_core::native::NativeTransport;
use liuye_core::sync::signature;
use serde_json::{Value, json};

use crate::District;

/// An enrolled key and its hub's address.
pub struct RawPhone {
    /// The device's key.
    pub key: DeviceKey,
    url: String,
    native: NativeTransport,
}

impl RawPhone {
    /// Enrols a new key for a person, or for a tourist.
    #[must_use]
    pub fn enrol(district: &District, person: Option<&str>) -> Self {
        Self::enrol_by(district, &district.code(person))
    }

    /// Enrols a new key by a code.
    #[must_use]
    pub fn enrol_by(district: &District, code: &str) -> Self {
        let phone = Self { key: DeviceKey::generate(&Env::system()), url: district.url(), native: NativeTransport::new() };
        let body = json!({ "code": code, "public_key": phone.key.public(), "device_name": "by hand" });
        assert_eq!(phone.signed(Method::Post, "/v1/enrol", body.to_string().as_bytes(), &[]).status, 200);
        phone
    }

    /// Sends a request with these headers and the signature's.
    #[must_use]
    pub fn signed(&self, method: Method, path: &str, body: &[u8], more: &[(&str, &str)]) -> HttpResponse {
        self.send(method, path, body, signature::sign(&self.key, method.as_str(), path, body, None), more)
    }

    /// Sends a request with whatever claims to be its signature.
    #[must_use]
    pub fn send(&self, method: Method, path: &str, body: &[u8], signature: Vec<(String, String)>, more: &[(&str, &str)]) -> HttpResponse {
        let mut headers = signature;
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
        headers.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let url = format!("{}{path}", self.url);
        self.native.send(HttpRequest { method, url, headers, body: body.to_vec(), timeout_ms: 20_000 }).unwrap()
    }

    /// Sends a sync with these operations.
    #[must_use]
    pub fn sync(&self, site: &str, operations: &[Operation]) -> HttpResponse {
        let first = operations.first().map_or(1, |operation| operation.seq);
        // Bodies are hashed byte for byte: a JSON value in between would write them anew.
        let operations = serde_json::to_string(operations).unwrap();
        let body = format!(r#"{{"epoch":1,"first_seq":{first},"operations":{operations},"limit":100}}"#);
        self.signed(Method::Post, &format!("/v1/sites/{site}/sync"), body.as_bytes(), &[])
    }

    /// A withdrawal of nothing, at this place of the log: sound as an operation, whatever the rules say of it.
    #[must_use]
    pub fn operation(&self, seq: u64, prev_hash: Digest) -> Operation {
        let env = Env::system();
        let mut operation = Operation {
            device: self.key.device(),
            epoch: 1,
            seq,
            id: env.new_id(),
            actor: "self".to_owned(),
            auth_level: AuthLevel::Device,
            recorded_at: env.clock.wall_ms(),
            elapsed_ms: env.clock.elapsed_ms(),
            boot_id: env.clock.boot_id(),
            clock_offset_ms: None,
            clock_err_ms: None,
            fix: None,
            kind: "loss.withdraw".to_owned(),
            schema_version: 1,
            entity: env.new_id().to_string(),
            base_rev: None,
            seen: 0,
            amends: None,
            body: Some(serde_json::value::RawValue::from_string("{}".to_owned()).unwrap()),
            body_salt: None,
            residue: None,
            body_digest: Digest([0; 32]),
            contact_digest: None,
            blobs: Vec::new(),
            prev_hash,
            hash: Digest([0; 32]),
        };
        operation.seal();
        operation
    }

    /// A loss report at this place of the log, written under this name.
    #[must_use]
    pub fn loss(&self, seq: u64, prev_hash: Digest, actor: &str) -> Operation {
        let mut operation = self.operation(seq, prev_hash);
        let at = operation.recorded_at - 3_600_000;
        let body = json!({
            "category": "keys", "description": "a bunch of keys", "place": "by the lake",
            "lost_from": at, "lost_to": at + 60_000, "tracking_digest": Digest::of(b"code"),
        });
        operation.kind = "loss.report".to_owned();
        operation.actor = actor.to_owned();
        operation.body = serde_json::value::to_raw_value(&body).ok();
        operation.seal();
        operation
    }

    /// The same key at another hub's address.
    #[must_use]
    pub fn at(&self, url: &str) -> Self {
        Self { key: self.key.clone(), url: url.to_owned(), native: NativeTransport::new() }
    }

    /// The chain's beginning for this device.
    #[must_use]
    pub fn genesis(&self) -> Digest {
        Digest::genesis(&self.key.device(), 1)
    }
}

/// The stable code of a problem document.
#[must_use]
pub fn problem(answer: &HttpResponse) -> (u16, String, Value) {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    (answer.status, body["code"].as_str().unwrap_or_default().to_owned(), body)
}

/// SHA-256 as the headers of tus have it.
#[must_use]
pub fn tus_sha256(bytes: &[u8]) -> String {
    format!("sha256 {}", BASE64_STANDARD.encode(Digest::of(bytes).0))
}
