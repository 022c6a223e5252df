-- Numbers are forgotten by their date, and never by a look at all of them.
CREATE INDEX renounced_since ON renounced(since);
