-- What somebody still has to look at is asked often, among the records of years.
CREATE INDEX operations_attention ON operations (site, position) WHERE state <> 'applied' AND amended_by IS NULL AND discarded = 0;
