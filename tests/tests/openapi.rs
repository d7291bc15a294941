//! The description of the api is of this api: no route without it, none in it that is not there, and what comes over the wire fits it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use liuye_core::companion::ShiftStart;
use liuye_core::domain::Role;
use liuye_core::env::Method;
use liuye_tests::{Browser, District, RawPhone};
use serde_json::{Value, json};
use tower::ServiceExt;

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

fn description(district: &District) -> Value {
    let shown = Browser::new(&district.url(), "en").get("/openapi.json");
    assert_eq!((shown.status, shown.header("content-type")), (200, "application/json"));
    serde_json::from_str(&shown.html).unwrap()
}

/// The paths that the router has, for programs: as it prints them.
fn routes(router: &axum::Router) -> BTreeSet<String> {
    let printed = format!("{router:?}");
    let paths = printed.split('"').filter(|text| text.starts_with('/'));
    paths.filter(|path| path.starts_with("/v1/") || ["/openapi.json", "/healthz"].contains(path)).map(str::to_owned).collect()
}

#[test]
fn every_route_for_programs_is_described_and_every_described_one_is_there() {
    let district = District::open();
    let described = description(&district);
    let described = described["paths"].as_object().unwrap();
    let router = liuye_hub::router(district.hub().clone(), false);
    assert_eq!(described.keys().cloned().collect::<BTreeSet<_>>(), routes(&router));
    assert!(described.len() >= 15, "the walk finds them: {}", described.len());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for (path, operations) in described {
        let asked = path.replace("{site}", "liuye-lake").replace("{id}", "x");
        for method in METHODS {
            let mut request =
                axum::http::Request::builder().method(method.to_uppercase().as_str()).uri(&asked).body(Body::empty()).unwrap();
            request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 1))));
            let response = runtime.block_on(router.clone().oneshot(request)).unwrap();
            let is_there = response.status() != 405;
            // What can be had can be asked after.
            let is_described = operations.get(method).is_some() || method == "head" && operations.get("get").is_some();
            assert_eq!(is_there, is_described, "{method} {path}: {}", response.status());
        }
    }
}

/// Every object of a document, with the way to it.
fn objects<'v>(value: &'v Value, way: &str, found: &mut Vec<(String, &'v serde_json::Map<String, Value>)>) {
    match value {
        Value::Object(fields) => {
            found.push((way.to_owned(), fields));
            fields.iter().for_each(|(name, value)| objects(value, &format!("{way}/{name}"), found));
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(index, value)| objects(value, &format!("{way}/{index}"), found)),
        _ => {}
    }
}

#[test]
fn the_description_keeps_the_rules_of_openapi() {
    let district = District::open();
    let whole = description(&district);
    assert!(whole["openapi"].as_str().unwrap().starts_with("3.1.") && whole["info"]["version"].is_string());
    let mut found = Vec::new();
    objects(&whole, "", &mut found);
    for (way, fields) in &found {
        if let Some(to) = fields.get("$ref").and_then(Value::as_str) {
            assert!(whole.pointer(to.strip_prefix('#').unwrap()).is_some(), "{way} leads nowhere: {to}");
        }
    }
    let schemes = whole["components"]["securitySchemes"].as_object().unwrap();
    let mut ids = BTreeMap::new();
    for (path, operations) in whole["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let at = format!("{method} {path}");
            let id = operation["operationId"].as_str().unwrap();
            assert_eq!(ids.insert(id.to_owned(), at.clone()), None, "{id}");
            assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{at}");
            let declared: BTreeSet<_> = operation["parameters"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|one| one["in"] == "path")
                .map(|one| {
                    assert_eq!(one["required"], true, "{at}");
                    one["name"].as_str().unwrap()
                })
                .collect();
            let named: BTreeSet<_> = path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()).collect();
            assert_eq!(declared, named, "{at}");
            for (status, response) in operation["responses"].as_object().unwrap() {
                assert!(response["description"].as_str().is_some_and(|text| !text.is_empty()), "{at} {status}");
                if status.starts_with('4') || status.starts_with('5') {
                    let problem = &response["content"]["application/problem+json"]["schema"];
                    assert_eq!(problem["allOf"][0]["$ref"], "#/components/schemas/Problem", "{at} {status}");
                }
            }
            assert!(operation["responses"].as_object().unwrap().keys().any(|status| status.starts_with('2')), "{at}");
            for scheme in operation["security"].as_array().into_iter().flatten().flat_map(|one| one.as_object().unwrap().keys()) {
                assert!(schemes.contains_key(scheme), "{at}: {scheme}");
            }
        }
    }
}

/// What does not fit a schema, with the way to it. It knows what the description uses, and takes nothing else for granted.
fn misfits(whole: &Value, schema: &Value, value: &Value, way: &str) -> Vec<String> {
    const KNOWN: [&str; 22] = [
        "$ref",
        "type",
        "description",
        "properties",
        "required",
        "items",
        "enum",
        "oneOf",
        "allOf",
        "additionalProperties",
        "format",
        "minimum",
        "pattern",
        "propertyNames",
        "title",
        "default",
        "example",
        "examples",
        "prefixItems",
        "minItems",
        "maxItems",
        "nullable",
    ];
    let own = |schema: &Value, value: &Value, way: String| misfits(whole, schema, value, &way);
    let mut wrong = Vec::new();
    let Some(fields) = schema.as_object() else { return wrong };
    wrong.extend(
        fields.keys().filter(|name| !KNOWN.contains(&name.as_str())).map(|name| format!("{way}: the checker does not know {name}")),
    );
    if let Some(to) = schema["$ref"].as_str() {
        wrong.extend(own(whole.pointer(&to[1..]).unwrap(), value, way.to_owned()));
    }
    let types: Vec<_> = match &schema["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let is = |kind: &str| match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => false,
    };
    if !types.is_empty() && !types.into_iter().any(is) {
        wrong.push(format!("{way}: not {}", schema["type"]));
    }
    if schema["enum"].as_array().is_some_and(|allowed| !allowed.contains(value)) {
        wrong.push(format!("{way}: {value} is none of {}", schema["enum"]));
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        wrong.extend(own(part, value, way.to_owned()));
    }
    if let Some(either) = schema["oneOf"].as_array() {
        let fits = either.iter().filter(|one| own(one, value, way.to_owned()).is_empty()).count();
        if fits == 0 {
            wrong.push(format!("{way}: fits none"));
        }
    }
    if let Some(object) = value.as_object() {
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        wrong.extend(required.filter(|name| !object.contains_key(*name)).map(|name| format!("{way}: {name} is missing")));
        for (name, value) in object {
            let known = schema["properties"].get(name).or_else(|| schema.get("additionalProperties").filter(|more| more.is_object()));
            wrong.extend(known.map(|known| own(known, value, format!("{way}.{name}"))).into_iter().flatten());
            if schema.get("properties").is_some() && known.is_none() && schema.get("additionalProperties") == Some(&Value::Bool(false)) {
                wrong.push(format!("{way}.{name}: not described"));
            }
        }
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        wrong.extend(schema.get("items").map(|items| own(items, item, format!("{way}[{index}]"))).into_iter().flatten());
    }
    wrong
}

/// Checks that an answer is what the description says of it.
fn fits(whole: &Value, method: &str, path: &str, status: u16, body: &[u8]) {
    let response = &whole["paths"][path][method]["responses"][status.to_string()];
    assert!(response.is_object(), "{method} {path} does not say {status}: {}", String::from_utf8_lossy(body));
    let (_, content) = response["content"].as_object().unwrap().iter().next().unwrap();
    let value: Value = serde_json::from_slice(body).unwrap();
    assert_eq!(misfits(whole, &content["schema"], &value, ""), Vec::<String>::new(), "{method} {path} {status}: {value}");
}

#[test]
fn what_comes_over_the_wire_fits_the_description() {
    let district = District::open();
    let whole = description(&district);
    // Something in every list: documents, verdicts, a conflict, a purge.
    let walker = district.staff("p-011");
    district.check_in(&walker, "cp-01");
    let phone = RawPhone::enrol(&district, Some("p-003"));
    let sync = "/v1/sites/liuye-lake/sync";
    let body = json!({ "epoch": 1, "first_seq": 1, "limit": 500 }).to_string();
    let answer = phone.signed(Method::Post, sync, body.as_bytes(), &[]);
    fits(&whole, "post", "/v1/sites/{site}/sync", answer.status, &answer.body);
    let told: Value = serde_json::from_slice(&answer.body).unwrap();
    assert!(told["changes"].as_array().unwrap().len() > 20);
    let gap = json!({ "epoch": 1, "first_seq": 9, "limit": 1 }).to_string();
    for (method, path, template, body, status) in [
        (Method::Post, sync, "/v1/sites/{site}/sync", gap.as_str(), 409),
        (Method::Post, sync, "/v1/sites/{site}/sync", "{", 400),
        (Method::Post, "/v1/sites/liuye-lake/branches", "/v1/sites/{site}/branches", "{}", 400),
        (Method::Get, "/v1/sites/liuye-lake/units.geojson", "/v1/sites/{site}/units.geojson", "", 200),
    ] {
        let answer = phone.signed(method, path, body.as_bytes(), &[]);
        assert_eq!(answer.status, status, "{path}");
        fits(&whole, &method.as_str().to_lowercase(), template, status, &answer.body);
    }
    let branch = json!({ "from_epoch": 1, "claim": "01a20e55-9d49-70a4-b1c2-7d0bf7d6d5b4" }).to_string();
    let answer = phone.signed(Method::Post, "/v1/sites/liuye-lake/branches", branch.as_bytes(), &[]);
    fits(&whole, "post", "/v1/sites/{site}/branches", 200, &answer.body);
    // Without an account.
    let browser = Browser::new(&district.url(), "en");
    let loss = json!({
        "category": "keys", "description": "keys", "place": "by the lake",
        "lost_from": "2026-01-01T18:00:00+08:00", "lost_to": "2026-01-01T19:00:00+08:00",
    });
    let path = "/v1/public/lost-reports";
    for (key, body, status) in [("a-key-that-nobody-guesses", &loss, 201), ("a-key-that-nobody-guesses", &loss, 200), ("short", &loss, 400)]
    {
        let shown = browser.json(path, &[("idempotency-key", key)], body);
        assert_eq!(shown.status, status);
        fits(&whole, "post", path, status, shown.html.as_bytes());
    }
    let code = serde_json::from_str::<Value>(&browser.json(path, &[("idempotency-key", "a-key-that-nobody-guesses")], &loss).html).unwrap();
    for (code, status) in [(code["tracking_code"].clone(), 200), ("none".into(), 404)] {
        let shown = browser.json("/v1/public/lost-reports/state", &[], &json!({ "tracking_code": code }));
        assert_eq!(shown.status, status);
        fits(&whole, "post", "/v1/public/lost-reports/state", status, shown.html.as_bytes());
    }
    for (path, template) in
        [("/v1/public/found", "/v1/public/found"), ("/v1/sites/liuye-lake/zones.geojson", "/v1/sites/{site}/zones.geojson")]
    {
        fits(&whole, "get", template, 200, browser.get(path).html.as_bytes());
    }
    // An officer.
    let stats = "/v1/sites/liuye-lake/stats?from=2026-01-01&to=2026-02-01";
    fits(&whole, "get", "/v1/sites/{site}/stats", 401, browser.get(stats).html.as_bytes());
    let session = officer(&district, Role::Desk);
    for more in ["", "&behind=patrol_turns", "&behind=zones_active", "&behind=nothing"] {
        let shown = browser.send(Method::Get, &format!("{stats}{more}"), &[("cookie", &session)], Vec::new());
        fits(&whole, "get", "/v1/sites/{site}/stats", shown.status, shown.html.as_bytes());
    }
    // The control: another answer does not fit.
    let schema = &whole["components"]["schemas"]["SyncAnswer"];
    let mut other = told;
    other["position"] = "far".into();
    other.as_object_mut().unwrap().remove("cursor");
    assert_eq!(misfits(&whole, schema, &other, "").len(), 2);
}

/// The cookie of an officer who logged in.
fn officer(district: &District, role: Role) -> String {
    let name = format!("officer-{}", role.as_str());
    district.hub().accounts().add(&name, role, None, Some("correct horse battery")).unwrap();
    format!("liuye_session={}", district.hub().accounts().log_in(&name, "correct horse battery").unwrap())
}

#[test]
fn zones_are_anyones_and_units_are_for_officers_and_the_staff() {
    let district = District::open();
    let browser = Browser::new(&district.url(), "en");
    let zones: Value = serde_json::from_str(&browser.get("/v1/sites/liuye-lake/zones.geojson").html).unwrap();
    assert_eq!((zones["type"].as_str(), zones["features"].as_array().unwrap().len()), (Some("FeatureCollection"), 5));
    let first = &zones["features"][0];
    assert_eq!(
        (first["type"].as_str(), first["id"].as_str(), first["geometry"]["type"].as_str()),
        (Some("Feature"), Some("z1"), Some("Polygon"))
    );
    let [longitude, latitude] = [0, 1].map(|index| first["geometry"]["coordinates"][0][0][index].as_f64().unwrap());
    assert!((111.0..112.5).contains(&longitude) && (28.5..29.5).contains(&latitude), "longitude first");
    let path = "/v1/sites/liuye-lake/units.geojson";
    let units = |headers: &[(&str, &str)]| browser.send(Method::Get, path, headers, Vec::new());
    assert_eq!(units(&[]).status, 401);
    for (role, status) in [(Role::Desk, 200), (Role::Commander, 200), (Role::Auditor, 200), (Role::Admin, 403)] {
        assert_eq!(units(&[("cookie", &officer(&district, role))]).status, status, "{}", role.as_str());
    }
    assert_eq!(RawPhone::enrol(&district, None).signed(Method::Get, path, b"", &[]).status, 403, "no tourist's phone");
    // One of a unit is on duty, and was at a checkpoint.
    let walker = district.staff("p-011");
    walker.patrol().start_shift(ShiftStart::Unplanned { zone: Some("z1".to_owned()), post: None, minutes: 60 }).unwrap();
    district.check_in(&walker, "cp-01");
    let signed = RawPhone::enrol(&district, Some("p-003")).signed(Method::Get, path, b"", &[]);
    assert_eq!(signed.status, 200);
    let text = String::from_utf8(signed.body).unwrap();
    let units: Value = serde_json::from_str(&text).unwrap();
    let river = units["features"].as_array().unwrap().iter().find(|unit| unit["id"] == "u-river").unwrap();
    assert_eq!(river["geometry"]["coordinates"], json!([111.732_543, 29.069_065]));
    assert_eq!((river["properties"]["on_duty"].as_u64(), river["properties"]["checkpoint"].as_str()), (Some(1), Some("cp-01")));
    assert!(units["features"].as_array().unwrap().iter().any(|unit| unit["geometry"].is_null()), "who is nowhere is drawn nowhere");
    assert!(!text.contains("\"p-"), "nobody is named");
}
