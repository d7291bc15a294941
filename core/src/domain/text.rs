//! Text that people type.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use crate::{Code, Error, Result};

/// A text in NFC, trimmed, without control and bidirectional-override characters, of a bounded length in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(String);

impl Text {
    /// A text of one line, 1 to `max` characters.
    ///
    /// # Errors
    /// [`Code::Missing`], [`Code::TooLong`] or [`Code::TextForbiddenCharacter`] at `field`.
    pub fn required(field: &'static str, text: &str, max: usize) -> Result<Self> {
        Self::read(field, text, max, false)?.ok_or_else(|| Error::field(Code::Missing, field, "must not be empty"))
    }

    /// An optional text of one line; blank becomes none.
    ///
    /// # Errors
    /// [`Code::TooLong`] or [`Code::TextForbiddenCharacter`] at `field`.
    pub fn optional(field: &'static str, text: Option<&str>, max: usize) -> Result<Option<Self>> {
        text.map_or(Ok(None), |text| Self::read(field, text, max, false))
    }

    /// As [`Text::required`], with line breaks allowed.
    ///
    /// # Errors
    /// Those of [`Text::required`].
    pub fn required_lines(field: &'static str, text: &str, max: usize) -> Result<Self> {
        Self::read(field, text, max, true)?.ok_or_else(|| Error::field(Code::Missing, field, "must not be empty"))
    }

    /// As [`Text::optional`], with line breaks allowed.
    ///
    /// # Errors
    /// Those of [`Text::optional`].
    pub fn optional_lines(field: &'static str, text: Option<&str>, max: usize) -> Result<Option<Self>> {
        text.map_or(Ok(None), |text| Self::read(field, text, max, true))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }

    fn read(field: &'static str, text: &str, max: usize, lines: bool) -> Result<Option<Self>> {
        // Every platform has its own line break; one is stored.
        let text: String = text.replace("\r\n", "\n").trim().nfc().collect();
        if text.is_empty() {
            return Ok(None);
        }
        if text.chars().any(|c| is_forbidden(c) && !(lines && c == '\n')) {
            return Err(Error::field(Code::TextForbiddenCharacter, field, "control and bidirectional-override characters are refused"));
        }
        if text.chars().count() > max {
            return Err(Error::field(Code::TooLong, field, format!("at most {max} characters")));
        }
        Ok(Some(Self(text)))
    }
}

/// A list of ids, in its order: at most `max`, each once.
pub(super) fn id_list(field: &'static str, ids: Vec<String>, max: usize) -> Result<Vec<String>> {
    if ids.len() > max {
        return Err(Error::field(Code::OutOfRange, field, format!("at most {max}")));
    }
    let ids: Vec<_> = ids.iter().map(|id| Text::required(field, id, 100).map(Text::into_string)).collect::<Result<_>>()?;
    if ids.iter().enumerate().any(|(index, id)| ids[..index].contains(id)) {
        return Err(Error::field(Code::DuplicateId, field, "each once"));
    }
    Ok(ids)
}

/// The text as it may stand in a spreadsheet: one that a spreadsheet would take for a formula gets an apostrophe before it.
/// The full-width forms are among them, because Chinese and Japanese editions read those too.
#[must_use]
pub fn neutralised(text: &str) -> Cow<'_, str> {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '＝' | '＋' | '－' | '＠') => Cow::Owned(format!("'{text}")),
        _ => Cow::Borrowed(text),
    }
}

/// Characters that can hide or reorder what a reader sees: control characters, line and paragraph separators, and
/// bidirectional embeddings, overrides and isolates.
const fn is_forbidden(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{2028}' | '\u{2029}'
        | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
