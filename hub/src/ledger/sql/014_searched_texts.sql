-- More of these can be searched for: they are indexed anew.
INSERT OR IGNORE INTO search_queue (site, id)
    SELECT site, id FROM documents WHERE kind IN ('tour', 'hazard', 'found_item', 'work_plan', 'handover', 'material', 'unit');
