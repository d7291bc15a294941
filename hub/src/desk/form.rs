//! A form as it came, and what is wrong with it: the page shows both again, the fault at its field.

use chrono::{NaiveDateTime, TimeZone};
use chrono_tz::Tz;
use liuye_core::{Code, Error, Result};

use super::words::Lang;

/// The fields of a form, in their order. A name may stand several times, as checkboxes do.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// The fields of a form that came in another way.
    pub(crate) const fn of(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }

    /// The first value of a field; empty where it is not there.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// The value of a field; none where nothing was typed.
    pub(crate) fn typed(&self, name: &str) -> Option<String> {
        Some(self.get(name)).filter(|value| !value.trim().is_empty()).map(str::to_owned)
    }

    /// Every value of a field.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// A day and a time as a browser's own field writes them, by the clocks of that zone, as UTC ms.
    ///
    /// # Errors
    /// [`Code::Missing`] or [`Code::TimeMalformed`] at the field.
    pub(crate) fn moment(&self, name: &'static str, zone: Tz) -> Result<i64> {
        let text = self.typed(name).ok_or_else(|| Error::field(Code::Missing, name, "a day and a time"))?;
        let formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"];
        let local = formats.iter().find_map(|format| NaiveDateTime::parse_from_str(text.trim(), format).ok());
        let at = local.and_then(|local| zone.from_local_datetime(&local).earliest()).map(|at| at.timestamp_millis());
        at.ok_or_else(|| Error::field(Code::TimeMalformed, name, "a day and a time of the site's calendar"))
    }

    /// Whether a field has this value among its own.
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.all(name).any(|one| one == value)
    }
}

/// The error at the form's own field, where a rule names the part of a body that the field belongs to.
pub(crate) fn at_own_field(error: Error, part: &str) -> Error {
    match error.field.strip_prefix(part).and_then(|rest| rest.strip_prefix('.')).map(str::to_owned) {
        Some(field) => Error { field: field.into(), ..error },
        None => error,
    }
}

/// What was wrong with a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Which form of the page.
    form: String,
    /// At which of its fields; empty where it is none's.
    field: String,
    code: Code,
}

impl Fault {
    pub(super) fn new(form: &str, error: &Error) -> Self {
        // A rule names a place such as `responders[2].unit`: the page has one field for all of them.
        let field = error.field.split(['[', '.']).next().unwrap_or_default();
        Self { form: form.to_owned(), field: field.to_owned(), code: error.code }
    }

    /// In words, with the code behind it for whoever asks for help.
    pub(crate) fn words(&self, lang: Lang) -> String {
        let words = lang.code(self.code);
        if words == self.code.as_str() {
            return format!("{} ({})", lang.pick("不符合规则", "This breaks a rule"), self.code);
        }
        words.to_owned()
    }

    /// Whether it is about this field of this form.
    pub(crate) fn is_at(&self, form: &str, field: &str) -> bool {
        self.form == form && self.field == field
    }

    /// Whether it is about this form.
    pub(crate) fn is_of(&self, form: &str) -> bool {
        self.form == form
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        Fields(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn a_time_is_of_the_sites_clocks_and_what_is_none_is_said_at_its_field() {
        let sent = fields(&[("due", "2026-05-01T08:00"), ("from", "2026-05-01T08:00:30"), ("to", "tomorrow"), ("at", " ")]);
        let zone = chrono_tz::Asia::Shanghai;
        let at = |text| liuye_core::domain::parse_rfc3339(text).ok();
        assert_eq!(sent.moment("due", zone).ok(), at("2026-05-01T08:00:00+08:00"));
        assert_eq!(sent.moment("from", zone).ok(), at("2026-05-01T08:00:30+08:00"));
        let refused = |name| sent.moment(name, zone).map_err(|error| (error.code, error.field.into_owned()));
        assert_eq!(refused("to"), Err((Code::TimeMalformed, "to".to_owned())));
        assert_eq!(refused("at"), Err((Code::Missing, "at".to_owned())));
    }

    #[test]
    fn a_fault_of_a_part_stands_at_the_forms_own_field() {
        let error = |field: &'static str| at_own_field(Error::field(Code::Missing, field, ""), "found").field.into_owned();
        assert_eq!([error("found.place"), error("foundation"), error("hidden")], ["place", "foundation", "hidden"]);
    }
}
