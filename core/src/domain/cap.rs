//! Calls as messages of the Common Alerting Protocol 1.2 (OASIS CAP-v1.2), for whoever else has to know.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;

use super::{Bilingual, Call, CallCategory, CallState, Severity, Site, Zone};
use crate::log::Fix;
use crate::{Code, Error, Result};

/// The protocol's XML namespace.
const NAMESPACE: &str = "urn:oasis:names:tc:emergency:cap:1.2";

/// An earlier message, by the three values that name one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapReference {
    /// Who sent it.
    pub sender: String,
    /// Its identifier.
    pub identifier: String,
    /// When it was sent, as it stands in the message.
    pub sent: String,
}

/// One message about one call, as of one moment. It says nothing of who called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapAlert {
    name: CapReference,
    previous: Option<CapReference>,
    status: &'static str,
    message: &'static str,
    category: &'static str,
    event: Bilingual,
    urgency: &'static str,
    severity: &'static str,
    response: &'static str,
    certainty: &'static str,
    description: Option<String>,
    area: Bilingual,
    shape: Option<String>,
    onset: String,
}

impl CapAlert {
    /// The message about a call with this document id and revision, sent at `sent` (UTC ms). `previous` is the last message
    /// about the same call, where one went out: this one then updates or cancels it.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] at `sent` where no calendar reaches; [`Code::Malformed`] at `sender` or `identifier` where an id
    /// holds what the protocol forbids there.
    pub fn of_call(
        site: &Site,
        zone: Option<&Zone>,
        document: (&str, u64),
        call: &Call,
        sent: i64,
        previous: Option<CapReference>,
    ) -> Result<Self> {
        let (id, rev) = document;
        let name = CapReference {
            sender: named("sender", site.id.clone())?,
            identifier: named("identifier", format!("{}.{id}.{rev}", site.id))?,
            sent: time(site, sent)?,
        };
        let over = !call.state.is_open();
        Ok(Self {
            name,
            status: if call.record.exercise { "Exercise" } else { "Actual" },
            message: match (&previous, over) {
                (None, _) => "Alert",
                (Some(_), false) => "Update",
                (Some(_), true) => "Cancel",
            },
            previous,
            category: category(call.record.category),
            event: event(call.record.category),
            urgency: urgency(call),
            severity: severity(call.severity),
            response: if over { "AllClear" } else { "Execute" },
            certainty: certainty(call.state),
            description: call.record.description.clone(),
            area: area(site, zone, call),
            shape: call.fix.as_ref().map(circle).or_else(|| zone.and_then(polygon)),
            onset: time(site, call.at)?,
        })
    }

    /// What names it in the messages that follow.
    #[must_use]
    pub const fn reference(&self) -> &CapReference {
        &self.name
    }

    /// The message, UTF-8. The order of the elements is the schema's.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let mut xml = Xml(String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"));
        xml.open("alert", Some(NAMESPACE));
        xml.leaf("identifier", &self.name.identifier);
        xml.leaf("sender", &self.name.sender);
        xml.leaf("sent", &self.name.sent);
        xml.leaf("status", self.status);
        xml.leaf("msgType", self.message);
        xml.leaf("scope", "Restricted");
        xml.leaf("restriction", "Police and security staff of the district");
        if self.status == "Exercise" {
            xml.leaf("note", "演练 Exercise");
        }
        if let Some(previous) = &self.previous {
            xml.leaf("references", &format!("{},{},{}", previous.sender, previous.identifier, previous.sent));
        }
        self.info(&mut xml, "zh-CN", &self.event.zh, &self.area.zh);
        self.info(&mut xml, "en", &self.event.en, &self.area.en);
        xml.close("alert");
        xml.0
    }

    fn info(&self, xml: &mut Xml, language: &str, event: &str, area: &str) {
        xml.open("info", None);
        xml.leaf("language", language);
        xml.leaf("category", self.category);
        xml.leaf("event", event);
        xml.leaf("responseType", self.response);
        xml.leaf("urgency", self.urgency);
        xml.leaf("severity", self.severity);
        xml.leaf("certainty", self.certainty);
        xml.leaf("onset", &self.onset);
        xml.leaf("headline", event);
        if let Some(description) = &self.description {
            xml.leaf("description", description);
        }
        xml.open("area", None);
        xml.leaf("areaDesc", area);
        if let Some(shape) = &self.shape {
            // A circle is one point and a radius, a polygon at least four points.
            xml.leaf(if shape.split(' ').count() == 2 { "circle" } else { "polygon" }, shape);
        }
        xml.close("area");
        xml.close("info");
    }
}

/// Senders and identifiers hold neither spaces nor `,`, `<` and `&`.
fn named(field: &'static str, text: String) -> Result<String> {
    if text.is_empty() || text.contains(|c: char| c.is_whitespace() || matches!(c, ',' | '<' | '&')) {
        return Err(Error::field(Code::Malformed, field, "no spaces, commas, < and &"));
    }
    Ok(text)
}

/// Seconds and an offset; the protocol knows no `Z`, and writes UTC as `-00:00`.
fn time(site: &Site, at: i64) -> Result<String> {
    let utc = DateTime::<Utc>::from_timestamp_millis(at).ok_or_else(|| Error::field(Code::OutOfRange, "sent", "a time of the calendar"))?;
    let text = match site.time_zone.parse::<Tz>() {
        Ok(zone) => utc.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, false),
        Err(_) => utc.to_rfc3339_opts(SecondsFormat::Secs, false),
    };
    Ok(text.strip_suffix("+00:00").map_or(text.clone(), |start| format!("{start}-00:00")))
}

const fn category(of: CallCategory) -> &'static str {
    match of {
        CallCategory::Medical => "Health",
        CallCategory::Drowning | CallCategory::LostPerson => "Rescue",
        CallCategory::Fire => "Fire",
        CallCategory::Traffic => "Transport",
        CallCategory::Crowding => "Safety",
        CallCategory::Other => "Other",
        _ => "Security",
    }
}

fn event(of: CallCategory) -> Bilingual {
    let (zh, en) = match of {
        CallCategory::Medical => ("急病受伤", "Illness or injury"),
        CallCategory::Drowning => ("落水", "Person in the water"),
        CallCategory::LostPerson => ("人员走失", "Missing person"),
        CallCategory::Fire => ("火情", "Fire"),
        CallCategory::Traffic => ("交通", "Traffic"),
        CallCategory::Crowding => ("拥挤踩踏", "Crowding"),
        CallCategory::Quarrel => ("纠纷", "Quarrel"),
        CallCategory::Theft => ("盗窃", "Theft"),
        CallCategory::Fraud => ("诈骗", "Fraud"),
        CallCategory::Affray => ("打架斗殴", "Affray"),
        CallCategory::ProvokingTrouble => ("寻衅滋事", "Provoking trouble"),
        CallCategory::MarketBullying => ("欺行霸市", "Bullying of the market"),
        CallCategory::Vice => ("涉黄", "Vice"),
        CallCategory::Gambling => ("涉赌", "Gambling"),
        CallCategory::Drugs => ("涉毒", "Drugs"),
        CallCategory::Other => ("其他警情", "Other call"),
    };
    Bilingual { zh: zh.to_owned(), en: en.to_owned() }
}

const fn urgency(call: &Call) -> &'static str {
    match (call.state.is_open(), call.severity) {
        (false, _) => "Past",
        (true, Severity::General) => "Expected",
        (true, _) => "Immediate",
    }
}

const fn severity(of: Severity) -> &'static str {
    match of {
        Severity::Critical => "Extreme",
        Severity::Urgent => "Severe",
        Severity::General => "Moderate",
    }
}

/// What somebody of the district has seen is observed; what was only told is possible.
const fn certainty(state: CallState) -> &'static str {
    match state {
        CallState::OnScene | CallState::Handling | CallState::Closed => "Observed",
        CallState::Unfounded => "Unlikely",
        _ => "Possible",
    }
}

fn area(site: &Site, zone: Option<&Zone>, call: &Call) -> Bilingual {
    let whole = zone.map_or(&site.name, |zone| &zone.name);
    let within = |name: &str| call.record.place.as_deref().map_or_else(|| name.to_owned(), |place| format!("{name} · {place}"));
    Bilingual { zh: within(&whole.zh), en: within(&whole.en) }
}

/// `lat,lon` and a radius in kilometres.
fn circle(fix: &Fix) -> String {
    format!("{:.6},{:.6} {:.3}", fix.lat(), fix.lon(), fix.accuracy_m() / 1000.0)
}

/// `lat,lon` for each position of the outer ring, which is closed.
fn polygon(zone: &Zone) -> Option<String> {
    let ring = zone.area.rings().first().filter(|ring| ring.len() >= 4)?;
    Some(ring.iter().map(|[lon, lat]| format!("{lat:.6},{lon:.6}")).collect::<Vec<_>>().join(" "))
}

/// Elements and escaped text: all that the protocol needs of XML.
struct Xml(String);

impl Xml {
    fn open(&mut self, name: &str, namespace: Option<&str>) {
        let _ = match namespace {
            Some(namespace) => writeln!(self.0, "<{name} xmlns=\"{namespace}\">"),
            None => writeln!(self.0, "<{name}>"),
        };
    }

    fn close(&mut self, name: &str) {
        let _ = writeln!(self.0, "</{name}>");
    }

    fn leaf(&mut self, name: &str, text: &str) {
        let _ = write!(self.0, "<{name}>");
        for character in text.chars() {
            match character {
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '&' => self.0.push_str("&amp;"),
                other => self.0.push(other),
            }
        }
        let _ = writeln!(self.0, "</{name}>");
    }
}
