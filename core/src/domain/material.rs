//! What publicity sessions are about, and what they work with: topics, and material from leaflets to rhymes.

use serde::{Deserialize, Serialize};

use super::{Bilingual, Text};
use crate::{Code, Error, Result};

/// What a session is about, such as drink driving or fraud.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Topic {
    /// Such as `t-fraud`.
    pub id: String,
    /// Its name.
    pub name: Bilingual,
    /// From when on nobody speaks on it any more (RFC 3339 with an offset).
    #[serde(default, skip_serializing_if = "Option::is_none", with = "super::time::optional")]
    pub retired_at: Option<i64>,
}

/// What material is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaterialKind {
    /// 宣传单页: handed out and counted.
    Leaflet,
    /// 海报展板
    Poster,
    /// 顺口溜: said, and easily kept in mind.
    Rhyme,
    /// 视频
    Video,
    /// 其他
    Other,
}

/// What a session works with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Material {
    /// Such as `m-fraud-leaflet`.
    pub id: String,
    /// Its name.
    pub name: Bilingual,
    /// What it is.
    pub kind: MaterialKind,
    /// The topics that it speaks of; at least one.
    pub topics: Vec<String>,
    /// Its words, where it is made of words: a rhyme always has them. At most 2,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Bilingual>,
    /// From when on it is out of use (RFC 3339 with an offset).
    #[serde(default, skip_serializing_if = "Option::is_none", with = "super::time::optional")]
    pub retired_at: Option<i64>,
}

impl Material {
    /// Checks what stands in the entry alone: its names, that it has a topic, and that a rhyme has words.
    ///
    /// # Errors
    /// A text's code at `name` or `text`; [`Code::Missing`] at `topics` or `text`.
    pub fn check(&self) -> Result<()> {
        self.name.check()?;
        if self.topics.is_empty() {
            return Err(Error::field(Code::Missing, "topics", "at least one"));
        }
        match &self.text {
            None if self.kind == MaterialKind::Rhyme => Err(Error::field(Code::Missing, "text", "a rhyme is its words")),
            None => Ok(()),
            Some(text) => [("zh", &text.zh), ("en", &text.en)]
                .into_iter()
                .try_for_each(|(field, words)| Text::required_lines(field, words, 2000).map(drop).map_err(|error| error.within("text"))),
        }
    }
}
