//! P12: phones and hubs of different versions find one that both speak; where there is none, nothing is lost.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::{Arc, Mutex};

use liuye_core::Code;
use liuye_core::companion::{Companion, SyncReason};
use liuye_core::env::{HttpRequest, HttpResponse, Method, Transport, TransportError};
use liuye_core::native::NativeTransport;
use liuye_core::sync::version::{PROTOCOL, PROTOCOL_RANGE, ProtocolRange, ProtocolVersion};
use liuye_tests::{District, RawPhone, lost_keys, open_phone, problem};
use serde_json::{Value, json};

/// Which hub the phone has to do with.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Hub {
    /// The one of today.
    Todays,
    /// One that speaks 0.1 alone, and says so.
    Older,
    /// One of release 0.1: it names no version, and knows no digests and no tickets.
    OfRelease0_1,
    /// One that speaks nothing that this phone speaks.
    Foreign,
}

/// The hub of today, made to look like another to this phone.
struct Elsewhen {
    native: NativeTransport,
    hub: Mutex<Hub>,
    /// The versions of the requests, in their order.
    asked: Mutex<Vec<String>>,
}

impl Elsewhen {
    fn new(hub: Hub) -> Arc<Self> {
        Arc::new(Self { native: NativeTransport::new(), hub: Mutex::new(hub), asked: Mutex::default() })
    }

    fn becomes(&self, hub: Hub) {
        *self.hub.lock().unwrap() = hub;
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

/// The sender is handed over as an `Arc`, to be looked at afterwards.
struct Shared(Arc<Elsewhen>);

impl Transport for Shared {
    fn send(&self, mut request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let version = request.headers.iter().find(|(name, _)| name == PROTOCOL).map(|(_, value)| value.clone()).unwrap_or_default();
        self.0.asked.lock().unwrap().push(version.clone());
        let hub = *self.0.hub.lock().unwrap();
        let speaks = match hub {
            Hub::Todays => return self.0.native.send(request),
            Hub::OfRelease0_1 => {
                request.headers.retain(|(name, _)| name != PROTOCOL);
                return self.0.native.send(request).map(as_of_0_1);
            }
            Hub::Older => "0.1-0.1",
            Hub::Foreign => "7.0-7.4",
        };
        let range: ProtocolRange = speaks.parse().unwrap();
        if !range.contains(version.parse().unwrap()) {
            let body = json!({ "type": "", "title": "", "status": 400, "code": "protocol_unsupported", "field": PROTOCOL });
            let headers = vec![(PROTOCOL_RANGE.to_owned(), speaks.to_owned())];
            return Ok(HttpResponse { status: 400, headers, body: body.to_string().into_bytes() });
        }
        let mut answer = self.0.native.send(request)?;
        answer.headers.retain(|(name, _)| name != PROTOCOL_RANGE);
        answer.headers.push((PROTOCOL_RANGE.to_owned(), speaks.to_owned()));
        Ok(answer)
    }
}

fn as_of_0_1(mut answer: HttpResponse) -> HttpResponse {
    answer.headers.retain(|(name, _)| !name.starts_with(PROTOCOL));
    if let Ok(Value::Object(mut body)) = serde_json::from_slice(&answer.body) {
        for later in ["digest", "ticket"] {
            body.remove(later);
        }
        answer.body = serde_json::to_vec(&body).unwrap();
    }
    answer
}

fn phone(district: &District, transport: &Arc<Elsewhen>) -> Companion {
    open_phone(&district.phone_path("phone"), Arc::new(Shared(Arc::clone(transport))))
}

fn report(phone: &Companion) {
    let draft = lost_keys();
    phone.lost().report(draft).unwrap();
}

fn is_through(phone: &Companion) -> bool {
    phone.sync(SyncReason::User).unwrap().blocked_reason.is_none() && phone.outbox().unwrap().pending == 0
}

#[test]
fn p12_a_phone_speaks_with_an_older_hub_as_that_hub_does_and_with_a_newer_one_again_as_it_can() {
    let district = District::open();
    let transport = Elsewhen::new(Hub::Older);
    let phone = phone(&district, &transport);
    report(&phone);
    phone.enrol(&district.url(), &district.code(None)).unwrap();
    assert_eq!(transport.asked(), ["0.2", "0.1"], "the enrolment");
    assert!(is_through(&phone));
    let asked = transport.asked();
    assert_eq!(asked[..2], ["0.2", "0.1"], "the first sync finds out");
    assert!(asked[2..].iter().all(|version| version == "0.1"));
    report(&phone);
    assert!(is_through(&phone));
    assert!(transport.asked().iter().all(|version| version == "0.1"), "it is remembered");
    // The hub is brought up to date.
    transport.becomes(Hub::Todays);
    assert!(is_through(&phone));
    report(&phone);
    transport.asked();
    assert!(is_through(&phone));
    assert!(transport.asked().iter().all(|version| *version == ProtocolVersion::MAX.to_string()));
    assert_eq!(phone.outbox().unwrap().applied, 4);
}

#[test]
fn p12_a_phone_of_today_works_with_a_hub_of_release_0_1() {
    let district = District::open();
    let transport = Elsewhen::new(Hub::OfRelease0_1);
    let phone = phone(&district, &transport);
    report(&phone);
    phone.enrol(&district.url(), &district.code(None)).unwrap();
    assert!(is_through(&phone));
    report(&phone);
    assert!(is_through(&phone));
    assert_eq!((phone.outbox().unwrap().applied, phone.sync(SyncReason::User).unwrap().mended), (3, 0));
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn p12_without_a_common_version_the_phone_says_so_and_goes_on_and_nothing_is_lost() {
    let district = District::open();
    let transport = Elsewhen::new(Hub::Todays);
    let phone = phone(&district, &transport);
    phone.enrol(&district.url(), &district.code(None)).unwrap();
    assert!(is_through(&phone));
    transport.becomes(Hub::Foreign);
    for round in 1..=3 {
        report(&phone);
        assert_eq!(phone.sync(SyncReason::User).unwrap().blocked_reason, Some(Code::ProtocolUnsupported));
        let outbox = phone.outbox().unwrap();
        assert_eq!((outbox.pending, outbox.blocked_reason), (round, Some(Code::ProtocolUnsupported)));
    }
    transport.becomes(Hub::Todays);
    assert!(is_through(&phone), "as soon as one of them is up to date");
    assert_eq!(phone.outbox().unwrap().applied, 4);
    assert_eq!(district.count("SELECT count(*) FROM documents WHERE kind = 'lost_report'"), 3);

    let stranger = open_phone(&district.phone_path("stranger"), Arc::new(Shared(Elsewhen::new(Hub::Foreign))));
    let refused = stranger.enrol(&district.url(), &district.code(None)).unwrap_err();
    assert_eq!(refused.code, Code::ProtocolUnsupported);
}

#[test]
fn p12_the_hub_answers_in_the_phones_version_and_takes_nothing_in_that_it_does_not_speak() {
    let district = District::open();
    let phone = RawPhone::enrol(&district, None);
    let path = format!("/v1/sites/{}/sync", district.hub().site().unwrap());
    let operation = phone.loss(1, phone.genesis(), "tourist");
    let body = json!({ "epoch": 1, "first_seq": 1, "operations": [operation], "limit": 100 }).to_string();
    for version in ["9.9", "0.0", "", "newest"] {
        let answer = phone.signed(Method::Post, &path, body.as_bytes(), &[(PROTOCOL, version)]);
        let (status, code, _) = problem(&answer);
        assert_eq!((status, code.as_str()), (400, "protocol_unsupported"), "{version}");
        assert_eq!(answer.header(PROTOCOL_RANGE), Some(ProtocolRange::OURS.to_string().as_str()));
    }
    assert_eq!(district.count("SELECT count(*) FROM operations"), 0);
    for (named, answered) in [(None, "0.1"), (Some("0.1"), "0.1"), (Some("0.2"), "0.2")] {
        let headers: Vec<_> = named.into_iter().map(|version| (PROTOCOL, version)).collect();
        let answer = phone.signed(Method::Post, &path, body.as_bytes(), &headers);
        assert_eq!((answer.status, answer.header(PROTOCOL)), (200, Some(answered)), "{named:?}");
        assert_eq!(answer.header(PROTOCOL_RANGE), Some(ProtocolRange::OURS.to_string().as_str()));
    }
    assert_eq!(district.count("SELECT count(*) FROM operations"), 1);
}

#[test]
fn p12_a_phone_of_0_1_gets_no_word_that_it_cannot_read() {
    let district = District::open();
    let phone = RawPhone::enrol(&district, None);
    let path = format!("/v1/sites/{}/sync", district.hub().site().unwrap());
    let operation = phone.loss(1, phone.genesis(), "tourist");
    let body = json!({ "epoch": 1, "first_seq": 1, "operations": [operation], "limit": 100 }).to_string();
    let flags = |version: &str| {
        let answer = phone.signed(Method::Post, &path, body.as_bytes(), &[(PROTOCOL, version)]);
        assert_eq!(answer.status, 200);
        problem(&answer).2["verdicts"][0]["flags"].clone()
    };
    assert_eq!(flags("0.1"), Value::Null);
    // A flag that came after 0.1.
    let verdict = r#"{"verdict":"applied","flags":["late","moonlit"]}"#;
    assert_eq!(district.ledger().execute("UPDATE operations SET verdict = ?1", [verdict]).unwrap(), 1);
    assert_eq!(flags("0.1"), json!(["late"]));
    assert_eq!(flags("0.2"), json!(["late", "other"]), "the control: a newer phone hears that there is more");
}
