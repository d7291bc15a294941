-- Each check-in asks for its author's running shift and tour. Of their own kinds alone, so that no other save pays for them.
CREATE INDEX documents_shifts ON documents (person, at) WHERE kind = 'shift';
CREATE INDEX documents_tours ON documents (person, at) WHERE kind = 'tour';
