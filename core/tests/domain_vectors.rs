//! Every row of the test vectors, which all languages share.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

use liuye_core::domain::{
    Body, Coordinate, Datum, IdentityNumber, Kind, NfcTag, PassportNumber, PhoneNumber, Photo, Polygon, QrTag, TagSeal, Text, Zone,
    format_rfc3339, parse_rfc3339,
};
use liuye_core::log::DeviceKey;
use liuye_core::{Code, Result};
use serde_json::{Value, json};

/// Runs each row: `ok` is the normalised output, `code` and `field` are the error.
fn run(vectors: &str, read: impl Fn(&Value) -> Result<Value>) {
    run_with(vectors, read, |got, wanted| got == wanted);
}

fn run_with(vectors: &str, read: impl Fn(&Value) -> Result<Value>, equal: impl Fn(&Value, &Value) -> bool) {
    let vectors: Value = serde_json::from_str(vectors).unwrap();
    let rows = vectors["rows"].as_array().unwrap();
    assert!(rows.iter().any(|row| row.get("ok").is_some()) && rows.iter().any(|row| row.get("code").is_some()));
    let mut wrong = Vec::new();
    for row in rows {
        let got = read(&row["input"]);
        let right = match (&got, row.get("code")) {
            (Ok(got), None) => equal(got, &row["ok"]),
            (Err(error), Some(code)) => error.code.as_str() == code && error.field == row["field"].as_str().unwrap(),
            _ => false,
        };
        if !right {
            wrong.push(format!("{}: {got:?}", row["name"]));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn text(input: &Value) -> &str {
    input.as_str().unwrap()
}

#[test]
fn identity_numbers() {
    let today = parse_rfc3339("2026-05-01T04:00:00Z").unwrap();
    run(include_str!("../../bindings/conformance/vectors/identity.json"), |input| {
        IdentityNumber::parse(text(input), today).map(|number| json!(number.as_str()))
    });
}

#[test]
fn passports() {
    run(include_str!("../../bindings/conformance/vectors/passport.json"), |input| {
        PassportNumber::parse(text(input)).map(|number| json!(number.as_str()))
    });
}

#[test]
fn phones() {
    run(include_str!("../../bindings/conformance/vectors/phone.json"), |input| {
        PhoneNumber::parse(text(input)).map(|number| json!(number.as_str()))
    });
}

#[test]
fn personal_numbers_show_nothing_of_themselves() {
    let shown = format!(
        "{:?} {:?} {:?}",
        IdentityNumber::parse("11010519491231002X", 0).unwrap(),
        PhoneNumber::parse("13800138000").unwrap(),
        PassportNumber::parse("E12345678").unwrap()
    );
    assert!(!shown.contains(|c: char| c.is_ascii_digit()), "{shown}");
}

#[test]
fn texts() {
    run(include_str!("../../bindings/conformance/vectors/text.json"), |input| {
        let max = usize::try_from(input["max"].as_u64().unwrap()).unwrap();
        let read = if input["lines"] == json!(true) { Text::required_lines } else { Text::required };
        read("text", text(&input["text"]), max).map(|text| json!(text.as_str()))
    });
}

#[test]
fn calls() {
    let now = parse_rfc3339("2026-05-01T04:00:00Z").unwrap();
    run(include_str!("../../bindings/conformance/vectors/call.json"), |input| {
        let kind = Kind::parse(text(&input["kind"])).unwrap();
        let body = Body::read(kind, &input["body"].to_string())?.normalised(now)?;
        body.check(now)?;
        Ok(serde_json::to_value(&body)?)
    });
}

#[test]
fn times() {
    run(include_str!("../../bindings/conformance/vectors/time.json"), |input| {
        let ms = parse_rfc3339(text(input))?;
        assert_eq!(parse_rfc3339(&format_rfc3339(ms))?, ms);
        Ok(json!(ms))
    });
}

#[test]
fn coordinates() {
    let degrees = |value: &Value| value.as_f64().unwrap_or_else(|| text(value).parse().unwrap());
    run_with(
        include_str!("../../bindings/conformance/vectors/coordinate.json"),
        |input| {
            let datum = if input["datum"] == "gcj02" { Datum::Gcj02 } else { Datum::Wgs84 };
            let at = Coordinate::new(degrees(&input["lat"]), degrees(&input["lon"]), datum)?;
            let json = serde_json::to_value(at)?;
            assert_eq!(serde_json::from_value::<Coordinate>(json.clone())?, at);
            Ok(json)
        },
        |got, wanted| ["lat", "lon"].iter().all(|axis| (degrees(&got[axis]) - degrees(&wanted[axis])).abs() < 1e-7),
    );
}

#[test]
fn the_two_systems_differ_by_641_metres_here() {
    let lake = |datum| Coordinate::new(29.0665, 111.715, datum).unwrap();
    let apart = lake(Datum::Wgs84).distance_m(&lake(Datum::Gcj02));
    assert!((apart - 641.0).abs() < 5.0, "{apart}");
}

#[test]
fn a_degree_of_latitude_is_111_195_metres() {
    let at = |lat| Coordinate::new(lat, 111.7, Datum::Wgs84).unwrap();
    assert!((at(29.0).distance_m(&at(30.0)) - 111_195.0).abs() < 1.0);
    assert_eq!(at(29.0).distance_m(&at(29.0)), 0.0);
}

#[test]
fn a_position_that_is_none_cannot_be_read() {
    assert!(serde_json::from_str::<Coordinate>(r#"{"lat": 0, "lon": 0}"#).is_err());
    assert!(serde_json::from_str::<Coordinate>(r#"{"lat": 111.7, "lon": 29}"#).is_err());
}

#[test]
fn polygons() {
    let polygon = |rings: &Value| serde_json::from_value::<Polygon>(json!({"type": "Polygon", "coordinates": rings})).unwrap();
    run(include_str!("../../bindings/conformance/vectors/polygon.json"), |input| {
        let area = polygon(&input["rings"]);
        area.check()?;
        if let Some(beside) = input.get("beside") {
            let zone =
                |id: &str, area| Zone {
                    id: id.to_owned(), name: serde_json::from_value(json!({"zh": "区", "en": "zone"})).unwrap(), area
                };
            let beside = polygon(beside);
            beside.check()?;
            Zone::check_apart(&[zone("a", area), zone("b", beside)])?;
        }
        Ok(Value::Null)
    });
}

#[test]
fn photos() {
    run(include_str!("../../bindings/conformance/vectors/photo.json"), |input| {
        let mut bytes = hex::decode(text(&input["hex"])).unwrap();
        bytes.resize(bytes.len() + usize::try_from(input["zeros"].as_u64().unwrap_or(0)).unwrap(), 0);
        Photo::inspect(&bytes).map(|photo| json!({"format": photo.format.as_str(), "width": photo.width, "height": photo.height}))
    });
}

#[test]
fn nfc_codes() {
    run(include_str!("../../bindings/conformance/vectors/nfc.json"), |input| {
        let key: [u8; 16] = hex::decode(text(&input["key"])).unwrap().try_into().unwrap();
        let (uid, counter) = (text(&input["uid"]), u32::try_from(input["counter"].as_u64().unwrap()).unwrap());
        let code = TagSeal::nfc_code(&key, uid, counter)?;
        NfcTag::parse(uid, counter, &code)?.verify(&key)?;
        assert_eq!(NfcTag::parse(uid, counter + 1, &code)?.verify(&key).unwrap_err().code, Code::TagUnsigned);
        Ok(json!(code))
    });
}

#[test]
fn a_qr_tag_holds_for_its_own_site_and_checkpoint_alone() {
    let (key, other) = (DeviceKey::from_bytes(&[1; 32]), DeviceKey::from_bytes(&[2; 32]));
    let payload = TagSeal::qr(&key, "liuye-lake", "cp-01");
    let tag = QrTag::parse(&payload).unwrap();
    assert_eq!((tag.site.as_str(), tag.checkpoint.as_str()), ("liuye-lake", "cp-01"));
    tag.verify(&key.public()).unwrap();
    assert_eq!(tag.verify(&other.public()).unwrap_err().code, Code::TagUnsigned);
    let moved = QrTag::parse(&payload.replace("cp-01", "cp-02")).unwrap();
    assert_eq!(moved.verify(&key.public()).unwrap_err().code, Code::TagUnsigned);
    for forged in [
        "https://example.org",
        "",
        "LIUYE1:a:b",
        "LIUYE1:a:b:c",
        &payload[..payload.len() - 1],
        &payload.replace("LIUYE1", "LIUYE2"),
        &format!("{payload}:x"),
    ] {
        assert_eq!(QrTag::parse(forged).unwrap_err().code, Code::TagUnsigned, "{forged}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 256, failure_persistence: None, ..Default::default() })]

    /// What comes from a camera, a scanner or a keyboard may be anything: it is refused, and nothing breaks.
    #[test]
    fn no_input_breaks_a_reader(text in "\\PC{0,30}", bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200), kind in 0..4_usize) {
        let magic: [&[u8]; 4] = [b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\x20\0\0\0WEBPVP8 ", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"];
        let mut photo = magic[kind].to_vec();
        photo.extend(&bytes);
        for bytes in [&bytes, &photo] {
            if let Ok(photo) = Photo::inspect(bytes) {
                proptest::prop_assert!(photo.width > 0 && photo.height > 0 && u64::from(photo.width) * u64::from(photo.height) <= Photo::MAX_PIXELS);
            }
        }
        let _ = (IdentityNumber::parse(&text, 0), PhoneNumber::parse(&text), PassportNumber::parse(&text), QrTag::parse(&text), parse_rfc3339(&text));
        if let Ok(once) = Text::required_lines("text", &text, 100) {
            proptest::prop_assert_eq!(Text::required_lines("text", once.as_str(), 100).unwrap(), once, "normalising twice changes nothing");
        }
    }
}
