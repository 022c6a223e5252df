-- A case is forgotten by its coin, and never by a look at all reversals.
CREATE INDEX case_reversal_coin ON case_reversal(coin_id);
