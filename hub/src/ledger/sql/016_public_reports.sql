-- Losses that were reported without an account: which submit made which report, so that a repeated one makes no second. Neither
-- column says what was typed: the digests are taken together with a key that is kept nowhere.
CREATE TABLE public_reports (
    site     TEXT    NOT NULL,
    key      BLOB    NOT NULL,
    contents BLOB    NOT NULL,
    report   TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (site, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX public_reports_at ON public_reports (site, at);
-- A report is asked after by its tracking code.
CREATE INDEX documents_tracking ON documents (site, json_extract(body, '$.loss.tracking_digest')) WHERE kind = 'lost_report';
-- What may be claimed is listed, the latest first.
CREATE INDEX documents_notices ON documents (site, at, id) WHERE kind = 'found_notice' AND json_extract(body, '$.open') = 1;
