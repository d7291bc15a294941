-- Lost property: what is looked for among found items and losses, and claims by phone and by report.

-- A match is looked for within a category and a time, among the items of years.
CREATE INDEX documents_found ON documents (site, json_extract(body, '$.found.category'), at) WHERE kind = 'found_item';
CREATE INDEX documents_lost ON documents (site, json_extract(body, '$.loss.category'), json_extract(body, '$.loss.lost_from'))
    WHERE kind = 'lost_report';
-- How many claims a phone has open.
CREATE INDEX documents_claims ON documents (site, json_extract(body, '$.device'), at) WHERE kind = 'claim';
-- Whose claims are to be erased with a report, whether they took effect or not.
CREATE INDEX operations_claims ON operations (site, json_extract(content, '$.body.report')) WHERE kind = 'claim.submit';
