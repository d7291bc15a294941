//! The full-text index of a phone's documents and of a hub's: an FTS5 table over terms that [`crate::domain`] makes.
//!
//! `search_terms` answers which documents have all of a query's terms, and keeps no text; `search_texts` has the folded texts, from
//! which an answer is checked and weighed, and by which the index forgets a document; `search_queue` names documents that changed
//! since. Whoever writes a document queues it, and indexes it later: no save waits for an index.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension};
use serde_json::Value;

use crate::Result;
use crate::domain::{Document, DocumentKind, SearchQuery, SearchTerm, SearchText};

/// So many answers, the last indexed ones, are weighed against each other: a word that is in every record must not cost more.
const WEIGHED: usize = 300;

/// Thirty days older counts half as new.
const FRESH_MS: f64 = 30.0 * 86_400_000.0;

/// So many documents are looked through one by one rather than indexed first. Above that it is quicker to index.
pub const MAX_UNINDEXED: usize = 64;

/// So many documents are indexed in one transaction: others wait to write meanwhile.
pub const SLICE: usize = 100;

/// The index of one site, inside the caller's transaction. A phone has one site, whose name is empty here.
#[derive(Debug, Clone, Copy)]
pub struct SearchIndex<'a> {
    connection: &'a Connection,
    site: &'a str,
}

/// Documents that the index does not know as they are now; none for one that is gone.
pub type Unindexed = BTreeMap<String, Option<Document>>;

/// A document that answers.
struct Answer {
    id: String,
    /// Its own time, UTC ms; 0 where it has none.
    at: i64,
    score: f64,
}

impl<'a> SearchIndex<'a> {
    /// The index of a site.
    #[must_use]
    pub const fn new(connection: &'a Connection, site: &'a str) -> Self {
        Self { connection, site }
    }

    /// Notes that a document was written, and has to be indexed.
    ///
    /// # Errors
    /// Those of the store.
    pub fn queue(&self, id: &str) -> Result<()> {
        let sql = "INSERT OR IGNORE INTO search_queue (site, id) VALUES (?1, ?2)";
        self.connection.prepare_cached(sql)?.execute((self.site, id))?;
        Ok(())
    }

    /// At most so many of the documents that were written since they were indexed.
    ///
    /// # Errors
    /// Those of the store.
    pub fn queued(&self, limit: usize) -> Result<Vec<String>> {
        let mut statement = self.connection.prepare_cached("SELECT id FROM search_queue WHERE site = ?1 ORDER BY id LIMIT ?2")?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        Ok(statement.query_map((self.site, limit), |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// Indexes a document as it is now; none where there is no document of this id.
    ///
    /// # Errors
    /// Those of the store.
    pub fn update(&self, id: &str, document: Option<&Document>) -> Result<()> {
        self.connection.prepare_cached("DELETE FROM search_queue WHERE site = ?1 AND id = ?2")?.execute((self.site, id))?;
        let text = document.and_then(|document| Some((document, SearchText::of(&document.kind, &document.body)?)));
        let before = self.indexed(id)?;
        if let (Some((_, text)), Some((_, before))) = (&text, &before)
            && text == before
        {
            return Ok(());
        }
        self.remove(before)?;
        let Some((document, text)) = text else { return Ok(()) };
        let number: i64 = self
            .connection
            .prepare_cached("INSERT INTO search_texts (site, id, kind, at, text) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING number")?
            .query_row((self.site, id, &document.kind, own_time(&document.body), text.as_str()), |row| row.get(0))?;
        self.connection
            .prepare_cached("INSERT INTO search_terms (rowid, terms) VALUES (?1, ?2)")?
            .execute((number, self.terms(&document.kind, &text)))?;
        Ok(())
    }

    /// Takes a document out of the index, so that nothing of its text is left there.
    ///
    /// # Errors
    /// Those of the store.
    pub fn forget(&self, id: &str) -> Result<()> {
        let before = self.indexed(id)?;
        self.remove(before)
    }

    /// Writes the terms anew, without traces of what was forgotten. Takes about a second for a hundred thousand documents.
    ///
    /// # Errors
    /// Those of the store.
    pub fn compact(connection: &Connection) -> Result<()> {
        connection.execute("INSERT INTO search_terms (search_terms) VALUES ('optimize')", [])?;
        Ok(())
    }

    /// The ids of at most `limit` documents that answer, the best first. Of the indexed ones the newest 300 are weighed; `unindexed`
    /// ones are looked at as they are. No kinds are all kinds.
    ///
    /// # Errors
    /// Those of the store.
    pub fn find(&self, query: &SearchQuery, kinds: &[DocumentKind], limit: usize, unindexed: &Unindexed) -> Result<Vec<String>> {
        let mut answers = self.indexed_answers(query, kinds, unindexed)?;
        for document in unindexed.values().flatten() {
            let is_wanted = kinds.is_empty() || kinds.iter().any(|kind| kind.as_str() == document.kind);
            let text = SearchText::of(&document.kind, &document.body).filter(|_| is_wanted);
            if let Some(score) = text.and_then(|text| query.score(&text)) {
                answers.push(Answer { id: document.id.clone(), at: own_time(&document.body), score });
            }
        }
        let newest = answers.iter().map(|answer| answer.at).max().unwrap_or(0);
        answers.iter_mut().for_each(|answer| answer.score *= freshness(answer.at, newest));
        answers.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(b.at.cmp(&a.at)).then_with(|| a.id.cmp(&b.id)));
        answers.truncate(limit);
        Ok(answers.into_iter().map(|answer| answer.id).collect())
    }

    fn indexed_answers(&self, query: &SearchQuery, kinds: &[DocumentKind], unindexed: &Unindexed) -> Result<Vec<Answer>> {
        // The order of numbers is that of indexing: the newest come first, and nobody has to gather the rest.
        let mut statement = self.connection.prepare_cached(
            "SELECT d.id, d.at, d.text FROM search_terms(?1) AS t CROSS JOIN search_texts AS d ON d.number = t.rowid
             WHERE d.site = ?2 ORDER BY t.rowid DESC",
        )?;
        let mut rows = statement.query((self.expression(query, kinds), self.site))?;
        let mut answers = Vec::new();
        while let Some(row) = rows.next()? {
            let id: String = row.get(0)?;
            if unindexed.contains_key(&id) {
                continue;
            }
            if let Some(score) = query.score(&SearchText::from_folded(row.get(2)?)) {
                answers.push(Answer { id, at: row.get(1)?, score });
            }
            if answers.len() == WEIGHED {
                break;
            }
        }
        Ok(answers)
    }

    /// A document's number and text in the index, with all that its terms are made of.
    fn indexed(&self, id: &str) -> Result<Option<((i64, String), SearchText)>> {
        Ok(self
            .connection
            .prepare_cached("SELECT number, kind, text FROM search_texts WHERE site = ?1 AND id = ?2")?
            .query_row((self.site, id), |row| Ok(((row.get(0)?, row.get(1)?), SearchText::from_folded(row.get(2)?))))
            .optional()?)
    }

    fn remove(&self, indexed: Option<((i64, String), SearchText)>) -> Result<()> {
        if let Some(((number, kind), text)) = indexed {
            self.connection.prepare_cached("DELETE FROM search_texts WHERE number = ?1")?.execute([number])?;
            // A table without contents has to be told what it is to forget.
            self.connection
                .prepare_cached("INSERT INTO search_terms (search_terms, rowid, terms) VALUES ('delete', ?1, ?2)")?
                .execute((number, self.terms(&kind, &text)))?;
        }
        Ok(())
    }

    /// What the tokenizer of `search_terms` takes apart at the spaces.
    fn terms(&self, kind: &str, text: &SearchText) -> String {
        let mut terms: Vec<String> = text.terms().into_iter().collect();
        terms.push(kind_term(kind));
        if !self.site.is_empty() {
            terms.push(site_term(self.site));
        }
        terms.join(" ")
    }

    fn expression(&self, query: &SearchQuery, kinds: &[DocumentKind]) -> String {
        // Neither terms nor ids have quotation marks.
        let quoted = |term: String| format!("\"{term}\"");
        let term = |term: SearchTerm| match term {
            SearchTerm::Whole(text) => quoted(text),
            SearchTerm::Beginning(text) => quoted(text) + " *",
        };
        let mut all: Vec<String> = query.terms().into_iter().map(term).collect();
        if !kinds.is_empty() {
            let kinds: Vec<String> = kinds.iter().map(|kind| quoted(kind_term(kind.as_str()))).collect();
            all.push(format!("({})", kinds.join(" OR ")));
        }
        if !self.site.is_empty() {
            all.push(quoted(site_term(self.site)));
        }
        all.join(" AND ")
    }
}

/// No text has a term with a colon after more than three letters.
fn kind_term(kind: &str) -> String {
    format!("kind:{kind}")
}

fn site_term(site: &str) -> String {
    format!("site:{site}")
}

/// When a record was made, UTC ms; 0 for reference data, which has no time.
fn own_time(body: &Value) -> i64 {
    body.get("at").and_then(Value::as_i64).unwrap_or(0)
}

/// Between 1 for what is old and 2 for what is as new as the newest answer. What has no time does not age.
#[allow(clippy::cast_precision_loss, reason = "a weight")]
fn freshness(at: i64, newest: i64) -> f64 {
    let age = if at == 0 { 0.0 } else { newest.saturating_sub(at).max(0) as f64 };
    1.0 + FRESH_MS / (FRESH_MS + age)
}
