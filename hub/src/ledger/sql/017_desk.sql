-- What the desk's pages ask for among the documents of years.

-- Whose a found item may be.
CREATE INDEX documents_claims_of_item ON documents (site, json_extract(body, '$.item')) WHERE kind = 'claim';
-- Check-ins that somebody still has to look at, among a million that nobody has to.
CREATE INDEX documents_flagged ON documents (site, at) WHERE kind = 'check_in' AND json_extract(body, '$.verdict') = 'flagged';
