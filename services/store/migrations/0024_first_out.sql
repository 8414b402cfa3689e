-- What an alarm was among the others: its place in its group, and how often it came in a minute;
-- and what a second person was asked for leaves the database after its time.

ALTER TABLE alarm
    ADD COLUMN first_out_rank smallint CHECK (first_out_rank > 0),
    ADD COLUMN in_minute integer NOT NULL DEFAULT 1 CHECK (in_minute > 0);

-- What was taken off the board by hand is counted for the figures of alarm performance.
CREATE INDEX journal_taken_off ON journal (noted_at)
    WHERE event IN ('shelved', 'out_of_service');

GRANT DELETE ON approval TO pw_api;
