-- Full-text search. The index follows the documents: what it does not have yet is looked through.

-- The folded texts, as the index has them. Numbers rise in the order of indexing.
CREATE TABLE search_texts (
    number INTEGER PRIMARY KEY,
    site   TEXT    NOT NULL,
    id     TEXT    NOT NULL,
    kind   TEXT    NOT NULL,
    at     INTEGER NOT NULL,               -- the document's own time; 0 where it has none
    text   TEXT    NOT NULL,
    UNIQUE (site, id)
) STRICT;

-- Which text has which term. Terms are made by the rules, and separated by spaces alone.
CREATE VIRTUAL TABLE search_terms USING fts5 (
    terms, content = '', detail = none, columnsize = 0, tokenize = "ascii tokenchars ':_-'"
);
-- What is taken out is taken out at once, and not only hidden.
INSERT INTO search_terms (search_terms, rank) VALUES ('secure-delete', 1);

-- Documents that were written since they were indexed.
CREATE TABLE search_queue (
    site TEXT NOT NULL,
    id   TEXT NOT NULL,
    PRIMARY KEY (site, id)
) STRICT, WITHOUT ROWID;

INSERT INTO search_queue (site, id) SELECT site, id FROM documents;
