-- The loss ledger: which messages of each gateway arrived, what is missing, and what became of
-- each reading.

-- One row a gateway and boot. What is missing between the lowest and the highest number is in `gap`.
CREATE TABLE gateway_ledger (
    enterprise text NOT NULL,
    gateway text NOT NULL,
    boot text NOT NULL,
    first_seq bigint NOT NULL,
    highest_seq bigint NOT NULL,
    floor_seq bigint NOT NULL,
    repeats bigint NOT NULL,
    heard_at timestamptz NOT NULL,
    PRIMARY KEY (enterprise, gateway, boot)
) WITH (fillfactor = 60);

-- A hole in the numbers, from the moment it is seen; a gap once its grace is over (`opened_at`).
-- One that fills before that leaves nothing behind. `filled` messages of it came late.
CREATE TABLE gap (
    enterprise text NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    gateway text NOT NULL,
    boot text NOT NULL,
    from_seq bigint NOT NULL,
    to_seq bigint NOT NULL,
    seen_at timestamptz NOT NULL,
    opened_at timestamptz,
    closed_at timestamptz,
    filled bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (enterprise, id),
    CHECK (from_seq <= to_seq)
);
CREATE INDEX gap_by_id ON gap (id) WHERE opened_at IS NOT NULL;
CREATE INDEX gap_open ON gap (enterprise, gateway, boot) WHERE closed_at IS NULL;
CREATE INDEX gap_open_by_id ON gap (id) WHERE opened_at IS NOT NULL AND closed_at IS NULL;
CREATE INDEX gap_due ON gap (seen_at) WHERE opened_at IS NULL;

-- What became of each reading, per gateway and UTC day of receipt: received is the sum of the
-- figures from stored to not_kept, in every row, after every commit.
CREATE TABLE gateway_day (
    enterprise text NOT NULL,
    gateway text NOT NULL,
    day date NOT NULL,
    messages bigint NOT NULL DEFAULT 0,
    received bigint NOT NULL DEFAULT 0,
    stored bigint NOT NULL DEFAULT 0,
    duplicates bigint NOT NULL DEFAULT 0,
    dead_letters bigint NOT NULL DEFAULT 0,
    waiting bigint NOT NULL DEFAULT 0,
    apart bigint NOT NULL DEFAULT 0,
    not_kept bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (enterprise, gateway, day)
) WITH (fillfactor = 60);

-- Whose kept reading it is, so that its adoption is counted where its arrival was.
ALTER TABLE unregistered_reading ADD COLUMN gateway text;
UPDATE unregistered_reading AS kept SET gateway = tag_list.gateway
FROM unregistered_tag AS tag_list
WHERE (tag_list.enterprise, tag_list.tag) = (kept.enterprise, kept.tag);
UPDATE unregistered_reading SET gateway = '' WHERE gateway IS NULL;
ALTER TABLE unregistered_reading ALTER COLUMN gateway SET NOT NULL;
INSERT INTO gateway_day (enterprise, gateway, day, received, waiting)
SELECT enterprise, gateway, (received_at AT TIME ZONE 'UTC')::date, count(*), count(*)
FROM unregistered_reading GROUP BY 1, 2, 3;

-- Whoever deletes kept readings: they are only counted from then on. Adoption, which stores them in
-- the same transaction, counts them on from there.
CREATE FUNCTION count_let_go() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE gateway_day AS count
    SET waiting = waiting - gone.number, not_kept = not_kept + gone.number
    FROM (SELECT enterprise, gateway, (received_at AT TIME ZONE 'UTC')::date AS day,
                 count(*) AS number
          FROM let_go GROUP BY 1, 2, 3) AS gone
    WHERE (count.enterprise, count.gateway, count.day) = (gone.enterprise, gone.gateway, gone.day);
    RETURN NULL;
END $$;
CREATE TRIGGER unregistered_reading_let_go AFTER DELETE ON unregistered_reading
REFERENCING OLD TABLE AS let_go FOR EACH STATEMENT EXECUTE FUNCTION count_let_go();

-- Durable sessions that the broker granted us: where one is gone, there may be a gap.
CREATE TABLE durable_session (
    name text PRIMARY KEY,
    heard_at timestamptz NOT NULL
);

CREATE INDEX gateway_event_by_gateway ON gateway_event (enterprise, gateway, id);

GRANT SELECT, INSERT, UPDATE, DELETE ON gateway_ledger, gap TO pw_ingest;
GRANT SELECT, INSERT, UPDATE ON gateway_day, durable_session TO pw_ingest;
GRANT SELECT ON gateway_ledger, gap, gateway_day TO pw_api;
