-- What is open is asked when a post passes on, among the calls of years.
CREATE INDEX documents_open_matters ON documents (site, id) WHERE kind IN ('call', 'welfare_timer', 'found_item')
    AND json_extract(body, '$.state') NOT IN ('closed', 'cancelled', 'unfounded', 'merged', 'resolved', 'false_alarm', 'released', 'disposed');
