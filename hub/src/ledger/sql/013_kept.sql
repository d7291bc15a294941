-- Which tracks still have their points: asked at each sweep, among the tracks of years.
CREATE INDEX documents_tracks_kept ON documents (site, json_extract(body, '$.to'), id)
    WHERE kind = 'track' AND json_extract(body, '$.erased_at') IS NULL;
