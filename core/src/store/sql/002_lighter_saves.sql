-- A save writes one page less: an operation enters the index of ids when it is answered for.

DROP INDEX operations_by_id;
CREATE UNIQUE INDEX operations_by_id ON operations (id) WHERE state > 0;
