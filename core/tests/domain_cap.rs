//! Calls as CAP 1.2 messages, held against the standard's own rules, written down here as a table.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

mod domain_world;

use domain_world::{Memory, NOON, SITE, fix, person};
use liuye_core::Code;
use liuye_core::domain::{Actor, Call, CapAlert, CapReference, Kind, Role, Site, Verdict, Zone};
use serde_json::{Value, json};

/// An element of a message: its name, its text, its children.
#[derive(Debug, Clone, Default)]
struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

/// Reads what the writer writes: elements and text. Anything else is an error.
fn parse(xml: &str) -> Result<Element, String> {
    let body = xml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").ok_or("no declaration")?;
    let mut open: Vec<Element> = vec![Element::default()];
    for piece in body.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').ok_or("a tag without an end")?;
        if text.contains('>') {
            return Err(format!("a bare > after {tag}"));
        }
        if let Some(name) = tag.strip_prefix('/') {
            let done = open.pop().ok_or("too many ends")?;
            if done.name != name {
                return Err(format!("{name} ends {}", done.name));
            }
            open.last_mut().ok_or("no root")?.children.push(done);
        } else {
            let mut parts = tag.splitn(2, ' ');
            let name = parts.next().unwrap_or_default().to_owned();
            if let Some(attribute) = parts.next()
                && (name != "alert" || attribute != "xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"")
            {
                return Err(format!("an attribute of {name}"));
            }
            open.push(Element { name, text: unescape(text)?, children: Vec::new() });
        }
    }
    match <[Element; 1]>::try_from(open.pop().ok_or("nothing")?.children) {
        Ok([root]) if open.is_empty() => Ok(root),
        _ => Err("not one root".to_owned()),
    }
}

fn unescape(text: &str) -> Result<String, String> {
    let mut plain = String::new();
    for (index, part) in text.split('&').enumerate() {
        if index == 0 {
            plain.push_str(part);
            continue;
        }
        let (name, rest) = part.split_once(';').ok_or("a bare &")?;
        plain.push(match name {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            other => return Err(format!("entity {other}")),
        });
        plain.push_str(rest);
    }
    Ok(plain)
}

/// The standard's table of an element's children, in its order: name, fewest, most, rule.
type Rule = fn(&Element) -> bool;
type Row = (&'static str, usize, usize, Rule);

const MANY: usize = usize::MAX;
const ALERT: &[Row] = &[
    ("identifier", 1, 1, is_name),
    ("sender", 1, 1, is_name),
    ("sent", 1, 1, is_time),
    ("status", 1, 1, |e| one_of(e, &["Actual", "Exercise", "System", "Test", "Draft"])),
    ("msgType", 1, 1, |e| one_of(e, &["Alert", "Update", "Cancel", "Ack", "Error"])),
    ("source", 0, 1, is_text),
    ("scope", 1, 1, |e| one_of(e, &["Public", "Restricted", "Private"])),
    ("restriction", 0, 1, is_text),
    ("addresses", 0, 1, is_text),
    ("code", 0, MANY, is_text),
    ("note", 0, 1, is_text),
    ("references", 0, 1, is_reference),
    ("incidents", 0, 1, is_text),
    ("info", 0, MANY, |e| children_stand(e, INFO)),
];
const INFO: &[Row] = &[
    ("language", 0, 1, |e| one_of(e, &["zh-CN", "en"])),
    ("category", 1, MANY, |e| {
        one_of(e, &["Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other"])
    }),
    ("event", 1, 1, is_text),
    ("responseType", 0, MANY, |e| {
        one_of(e, &["Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"])
    }),
    ("urgency", 1, 1, |e| one_of(e, &["Immediate", "Expected", "Future", "Past", "Unknown"])),
    ("severity", 1, 1, |e| one_of(e, &["Extreme", "Severe", "Moderate", "Minor", "Unknown"])),
    ("certainty", 1, 1, |e| one_of(e, &["Observed", "Likely", "Possible", "Unlikely", "Unknown"])),
    ("audience", 0, 1, is_text),
    ("eventCode", 0, MANY, is_text),
    ("effective", 0, 1, is_time),
    ("onset", 0, 1, is_time),
    ("expires", 0, 1, is_time),
    ("senderName", 0, 1, is_text),
    ("headline", 0, 1, is_text),
    ("description", 0, 1, is_text),
    ("instruction", 0, 1, is_text),
    ("web", 0, 1, is_text),
    ("contact", 0, 1, is_text),
    ("parameter", 0, MANY, is_text),
    ("resource", 0, MANY, is_text),
    ("area", 0, MANY, |e| children_stand(e, AREA)),
];
const AREA: &[Row] = &[
    ("areaDesc", 1, 1, is_text),
    ("polygon", 0, MANY, is_polygon),
    ("circle", 0, MANY, is_circle),
    ("geocode", 0, MANY, is_text),
    ("altitude", 0, 1, is_text),
    ("ceiling", 0, 1, is_text),
];

fn children_stand(element: &Element, rows: &[Row]) -> bool {
    let place = |child: &Element| rows.iter().position(|(name, ..)| *name == child.name);
    let places: Option<Vec<usize>> = element.children.iter().map(place).collect();
    places.is_some_and(|places| places.is_sorted())
        && element.text.trim().is_empty()
        && rows.iter().all(|(name, fewest, most, rule)| {
            let found: Vec<_> = element.children.iter().filter(|child| child.name == *name).collect();
            (*fewest..=*most).contains(&found.len()) && found.into_iter().all(rule)
        })
}

fn one_of(element: &Element, names: &[&str]) -> bool {
    names.contains(&element.text.as_str())
}

fn is_text(element: &Element) -> bool {
    !element.text.trim().is_empty() && element.children.is_empty()
}

/// No spaces, commas or restricted characters.
fn is_name(element: &Element) -> bool {
    is_text(element) && !element.text.contains([' ', ',', '<', '&'])
}

/// `\d\d\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d`, and UTC is `-00:00`.
fn time_stands(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
    matches!(shape.as_str(), "9999-99-99T99:99:99+99:99" | "9999-99-99T99:99:99-99:99") && !text.ends_with("+00:00")
}

fn is_time(element: &Element) -> bool {
    time_stands(&element.text)
}

/// `sender,identifier,sent`, divided by spaces.
fn is_reference(element: &Element) -> bool {
    element.text.split(' ').all(|one| matches!(one.split(',').collect::<Vec<_>>()[..], [sender, id, sent] if !sender.is_empty() && !id.is_empty() && time_stands(sent)))
}

fn position(text: &str) -> Option<(f64, f64)> {
    let (lat, lon) = text.split_once(',')?;
    let (lat, lon): (f64, f64) = (lat.parse().ok()?, lon.parse().ok()?);
    (lat.abs() <= 90.0 && lon.abs() <= 180.0).then_some((lat, lon))
}

fn is_polygon(element: &Element) -> bool {
    let points: Option<Vec<_>> = element.text.split(' ').map(position).collect();
    points.is_some_and(|points| points.len() >= 4 && points.first() == points.last())
}

fn is_circle(element: &Element) -> bool {
    element.text.split_once(' ').is_some_and(|(at, km)| position(at).is_some() && km.parse::<f64>().is_ok_and(|km| km >= 0.0))
}

/// What the standard demands of a message.
fn stands(xml: &str) -> Result<Element, String> {
    let alert = parse(xml)?;
    let text = |name: &str| alert.children.iter().find(|child| child.name == name).map(|child| child.text.clone());
    let has = |name: &str| text(name).is_some();
    if alert.name != "alert" || !children_stand(&alert, ALERT) {
        return Err("the table of elements".to_owned());
    }
    if (text("scope").as_deref() == Some("Restricted")) != has("restriction") {
        return Err("a restriction is for a restricted scope".to_owned());
    }
    if text("msgType").is_some_and(|kind| matches!(kind.as_str(), "Update" | "Cancel" | "Ack" | "Error")) && !has("references") {
        return Err("an update names what it updates".to_owned());
    }
    Ok(alert)
}

struct Told {
    world: Memory,
}

impl Told {
    fn new(body: &Value, at: Option<liuye_core::log::Fix>) -> Self {
        let mut world = Memory::hub();
        let mut operation = world.operation(Kind::CallRaise, "c1", body.clone());
        operation.fix = at;
        let actor = if body["exercise"] == true { person("p-001", Role::Commander) } else { Actor::Tourist };
        assert!(world.take(&operation, &actor).is_applied());
        Self { world }
    }

    fn alert(&self, previous: Option<CapReference>) -> liuye_core::Result<CapAlert> {
        let read = |id: &str| self.world.body(id).clone();
        let site: Site = serde_json::from_value(read(SITE)).unwrap();
        let call: Call = serde_json::from_value(read("c1")).unwrap();
        let zone: Option<Zone> = call.record.zone.as_deref().map(|id| serde_json::from_value(read(id)).unwrap());
        CapAlert::of_call(&site, zone.as_ref(), ("c1", self.world.documents["c1"].rev), &call, NOON + 1_500, previous)
    }

    fn xml(&self) -> String {
        self.alert(None).unwrap().to_xml()
    }
}

fn help() -> Value {
    json!({"event": "raise", "source": "app", "category": "drowning", "description": "A < B & \"C\" > D\n二号码头", "place": "pier 2", "zone": "z1"})
}

fn field<'a>(alert: &'a Element, path: &[&str]) -> &'a str {
    let found = path.iter().fold(alert, |element, name| element.children.iter().find(|child| child.name == *name).unwrap());
    &found.text
}

#[test]
fn a_message_stands_before_the_standard_in_every_state_and_category() {
    let categories = [
        "medical",
        "drowning",
        "lost_person",
        "fire",
        "traffic",
        "crowding",
        "quarrel",
        "theft",
        "fraud",
        "affray",
        "provoking_trouble",
        "market_bullying",
        "vice",
        "gambling",
        "drugs",
        "other",
    ];
    let states = ["received", "triaged", "dispatched", "on_scene", "handling", "closed", "cancelled", "unfounded", "merged"];
    for category in categories {
        for state in states {
            for at in [None, Some(fix(29.069, 111.732, 12, NOON))] {
                let mut body = help();
                body["category"] = json!(category);
                let mut told = Told::new(&body, at);
                told.world.force("c1", "state", json!(state));
                stands(&told.xml()).unwrap_or_else(|fault| panic!("{category} {state}: {fault}\n{}", told.xml()));
                let first = told.alert(None).unwrap();
                let second = told.alert(Some(first.reference().clone())).unwrap().to_xml();
                let alert = stands(&second).unwrap_or_else(|fault| panic!("{category} {state}: {fault}\n{second}"));
                let over = ["closed", "cancelled", "unfounded", "merged"].contains(&state);
                assert_eq!(field(&alert, &["msgType"]), if over { "Cancel" } else { "Update" });
            }
        }
    }
}

#[test]
fn what_was_typed_arrives_as_it_was_typed_in_both_languages() {
    let told = Told::new(&help(), Some(fix(29.069, 111.732, 12, NOON)));
    let alert = stands(&told.xml()).unwrap();
    assert_eq!(field(&alert, &["info", "description"]), "A < B & \"C\" > D\n二号码头");
    assert_eq!(alert.children.iter().filter(|child| child.name == "info").count(), 2);
    assert_eq!(field(&alert, &["info", "event"]), "落水");
    assert_eq!(field(&alert, &["info", "area", "circle"]), "29.069000,111.732000 0.012");
    assert_eq!(field(&alert, &["sent"]), "2026-05-01T08:00:01+08:00", "in the site's zone, never as Z");
    assert_eq!(field(&alert, &["identifier"]), format!("liuye-lake.c1.{}", told.world.documents["c1"].rev));
}

#[test]
fn a_site_in_utc_writes_it_as_the_standard_does() {
    let mut told = Told::new(&help(), None);
    told.world.force(SITE, "time_zone", json!("UTC"));
    assert_eq!(field(&stands(&told.xml()).unwrap(), &["sent"]), "2026-05-01T00:00:01-00:00");
}

#[test]
fn a_drill_is_an_exercise() {
    let mut body = help();
    body["exercise"] = json!(true);
    assert_eq!(field(&stands(&Told::new(&body, None).xml()).unwrap(), &["status"]), "Exercise");
    assert_eq!(field(&stands(&Told::new(&help(), None).xml()).unwrap(), &["status"]), "Actual");
}

#[test]
fn a_message_names_nobody() {
    let mut world = Memory::hub();
    let desk = person("p-003", Role::Desk);
    assert_eq!(world.act(&desk, Kind::CallRaise, "c1", help()), Verdict::CLEAN);
    assert_eq!(world.act(&desk, Kind::CallTriage, "c1", json!({"event": "triage", "severity": "urgent"})), Verdict::CLEAN);
    assert_eq!(
        world.act(&desk, Kind::CallDispatch, "c1", json!({"event": "dispatch", "responders": [{"person": "p-011"}]})),
        Verdict::CLEAN
    );
    let xml = Told { world }.xml();
    assert!(!xml.contains("p-0"), "{xml}");
}

#[test]
fn an_id_that_the_standard_forbids_is_refused() {
    let mut told = Told::new(&help(), None);
    for (id, field) in [("liuye lake", "sender"), ("a,b", "sender"), ("a&b", "sender"), ("", "sender")] {
        told.world.force(SITE, "id", json!(id));
        let error = told.alert(None).unwrap_err();
        assert_eq!((error.code, error.field.as_ref()), (Code::Malformed, field), "{id}");
    }
}

#[test]
fn the_table_notices_what_the_standard_forbids() {
    let told = Told::new(&help(), Some(fix(29.069, 111.732, 12, NOON)));
    let good = told.xml();
    stands(&good).unwrap();
    let first = told.alert(None).unwrap();
    let update = told.alert(Some(first.reference().clone())).unwrap().to_xml();
    let references = update.lines().find(|line| line.starts_with("<references>")).unwrap();
    let bad = [
        good.replace("+08:00</sent>", "Z</sent>"),
        good.replace("+08:00</sent>", "+00:00</sent>"),
        good.replace("<status>Actual</status>", "<status>actual</status>"),
        good.replace("<status>Actual</status>\n", ""),
        good.replace("<sender>liuye-lake", "<sender>liuye lake"),
        good.replace("<urgency>Immediate</urgency>\n", ""),
        good.replace("<severity>Extreme</severity>", "<severity>Worst</severity>"),
        good.replace("<restriction>Police and security staff of the district</restriction>\n", ""),
        good.replace("&lt;", "<"),
        good.replace("&amp;", "&"),
        good.replace("111.732000 0.012", "211.732000 0.012"),
        good.replace("<scope>Restricted</scope>\n", "").replace("<status>", "<scope>Restricted</scope>\n<status>"),
        good.replace("cap:1.2", "cap:1.1"),
        update.replace(&format!("{references}\n"), ""),
    ];
    for (index, xml) in bad.iter().enumerate() {
        assert!(*xml != good && *xml != update, "mutant {index} is none");
        assert!(stands(xml).is_err(), "mutant {index} goes unnoticed:\n{xml}");
    }
}
