-- What is set aside: dead letters with their caps and their second chance, messages of gateways
-- that send too much, and what is the matter with a gateway just now.

ALTER TABLE dead_letter
    ADD COLUMN redelivered boolean NOT NULL DEFAULT false,
    ADD COLUMN refused integer NOT NULL DEFAULT 1,
    ADD COLUMN attempts integer NOT NULL DEFAULT 0,
    ADD COLUMN reprocessed_at timestamptz;
CREATE INDEX dead_letter_by_id ON dead_letter (id);
CREATE INDEX dead_letter_by_time ON dead_letter (received_at);

-- Per gateway and UTC day (of receipt): what is kept, what the day's cap dropped, and what the
-- retention has removed since. The bytes are those of the payloads.
CREATE TABLE dead_letter_day (
    enterprise text NOT NULL,
    gateway text NOT NULL,
    day date NOT NULL,
    letters bigint NOT NULL DEFAULT 0,
    bytes bigint NOT NULL DEFAULT 0,
    dropped bigint NOT NULL DEFAULT 0,
    dropped_bytes bigint NOT NULL DEFAULT 0,
    removed bigint NOT NULL DEFAULT 0,
    removed_bytes bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (enterprise, gateway, day)
);
CREATE INDEX dead_letter_day_by_day ON dead_letter_day (day);
INSERT INTO dead_letter_day (enterprise, gateway, day, letters, bytes)
SELECT enterprise, gateway, (received_at AT TIME ZONE 'UTC')::date, count(*), sum(length(payload))
FROM dead_letter GROUP BY 1, 2, 3;

-- A wish to have dead letters read again. The api writes it, ingest takes it up portion by
-- portion: `position` is the last letter looked at, `last_id` the newest when it was made.
CREATE TABLE letter_request (
    enterprise text NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT now(),
    ids bigint[],
    gateway text,
    topic text,
    reason text,
    since timestamptz,
    until timestamptz,
    last_id bigint NOT NULL,
    position bigint NOT NULL DEFAULT 0,
    examined bigint NOT NULL DEFAULT 0,
    used bigint NOT NULL DEFAULT 0,
    stored bigint NOT NULL DEFAULT 0,
    finished_at timestamptz,
    PRIMARY KEY (enterprise, id)
);
CREATE INDEX letter_request_open ON letter_request (id) WHERE finished_at IS NULL;

-- Messages of a gateway over its rate, as they came: taken in later, each once. `readings` is
-- how many values it held when it came.
CREATE TABLE diverted (
    enterprise text NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    gateway text NOT NULL,
    topic text NOT NULL,
    payload bytea NOT NULL,
    received_at timestamptz NOT NULL,
    redelivered boolean NOT NULL,
    readings integer NOT NULL,
    PRIMARY KEY (enterprise, id)
);
CREATE INDEX diverted_by_id ON diverted (id);

-- What is the matter with a gateway just now, one row each; `event_id` is the event that tells
-- of it, which grows with it. A gateway `cut` is not let in before `until`.
CREATE TABLE gateway_condition (
    enterprise text NOT NULL,
    gateway text NOT NULL,
    kind text NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz,
    count bigint NOT NULL,
    event_id bigint NOT NULL,
    PRIMARY KEY (enterprise, gateway, kind)
);

GRANT UPDATE (reason, refused, attempts, reprocessed_at), DELETE ON dead_letter TO pw_ingest;
GRANT SELECT, INSERT, UPDATE, DELETE ON dead_letter_day TO pw_ingest;
GRANT SELECT, UPDATE, DELETE ON letter_request TO pw_ingest;
GRANT SELECT, INSERT, DELETE ON diverted TO pw_ingest;
GRANT SELECT, INSERT, UPDATE, DELETE ON gateway_condition TO pw_ingest;
GRANT SELECT ON dead_letter_day, gateway_condition TO pw_api;
GRANT SELECT, INSERT ON letter_request TO pw_api;
