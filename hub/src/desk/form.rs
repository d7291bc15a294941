//! A form as it came, and what is wrong with it: the page shows both again, the fault at its field.

use liuye_core::{Code, Error};

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

    /// Whether a field has this value among its own.
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.all(name).any(|one| one == value)
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
