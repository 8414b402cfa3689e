-- Notices: alarms on their way to receivers outside (webhooks), and the outbox they wait in. The
-- recorder fills it in the transaction that records an alarm's events; `notify` empties it.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pw_notify') THEN
        CREATE ROLE pw_notify NOLOGIN;
    END IF;
END $$;
GRANT USAGE ON SCHEMA public TO pw_notify;

-- `enterprise`: whose receiver it is, '*' the park's own, which hears every enterprise. `secret`: what
-- messages are signed with, sealed. `by_park`: the park made it, so it may stand in a network that the
-- operator named. What follows `created_at` is notify's, but for `left_out`, which the recorder counts.
CREATE TABLE notice_receiver (
    enterprise text NOT NULL,
    id text NOT NULL CHECK (id ~ '^[a-z2-7]{8}$'),
    name text NOT NULL,
    url text NOT NULL CHECK (length(url) <= 2000),
    secret bytea NOT NULL,
    language text NOT NULL CHECK (language IN ('zh', 'en')),
    grades smallint[] NOT NULL CHECK (grades <@ ARRAY[1, 2, 3, 4]::smallint[]),
    exercises boolean NOT NULL,
    active boolean NOT NULL,
    by_park boolean NOT NULL,
    created_at timestamptz NOT NULL,
    failures integer NOT NULL DEFAULT 0,
    failing_since timestamptz,
    last_fault text,
    last_sent_at timestamptz,
    next_at timestamptz NOT NULL DEFAULT 'epoch',
    claimed_by text,
    claimed_until timestamptz NOT NULL DEFAULT 'epoch',
    sent bigint NOT NULL DEFAULT 0,
    given_up bigint NOT NULL DEFAULT 0,
    left_out bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (enterprise, id)
);

-- One row of the journal (`about`, `seq`) on its way to one receiver; what it says stands in the
-- journal. `attempts` is also the fence: who was too slow with one settles nothing of the next.
CREATE TABLE notice (
    enterprise text NOT NULL,
    receiver text NOT NULL,
    about text NOT NULL,
    seq bigint NOT NULL,
    alarm_id text NOT NULL,
    event text NOT NULL,
    grade smallint NOT NULL,
    exercise boolean NOT NULL,
    at timestamptz NOT NULL,
    queued_at timestamptz NOT NULL DEFAULT now(),
    state text NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'claimed', 'failed', 'sent', 'given_up')),
    attempts integer NOT NULL DEFAULT 0,
    claimed_until timestamptz,
    tried_at timestamptz,
    status integer,
    fault text,
    PRIMARY KEY (enterprise, receiver, about, seq)
);
CREATE INDEX notice_open ON notice (enterprise, receiver, queued_at, about, seq)
    WHERE state IN ('waiting', 'claimed', 'failed');
CREATE INDEX notice_by_alarm ON notice (enterprise, receiver, about, alarm_id);
CREATE INDEX notice_by_time ON notice (queued_at, enterprise, receiver, about, seq);

SELECT keep_apart('notice_receiver'), keep_apart('notice');
SELECT audit_of('notice_receiver');

-- notify serves every tenant and names none, as ingest and alerts do.
CREATE POLICY notify ON notice_receiver TO pw_notify USING (true);
CREATE POLICY notify ON notice TO pw_notify USING (true);
CREATE POLICY notify ON journal FOR SELECT TO pw_notify USING (true);
CREATE POLICY notify ON point FOR SELECT TO pw_notify USING (true);

GRANT SELECT (enterprise, id, grades, exercises, active, left_out) ON notice_receiver TO pw_alerts;
GRANT UPDATE (left_out) ON notice_receiver TO pw_alerts;
GRANT SELECT, INSERT ON notice TO pw_alerts;

-- By column: whoever only reads for somebody is given no table with a secret in it.
GRANT SELECT (enterprise, id, name, url, secret, language, grades, exercises, active, by_park, created_at,
              failures, failing_since, last_fault, last_sent_at, next_at, claimed_until, sent, given_up,
              left_out) ON notice_receiver TO pw_api;
GRANT INSERT, DELETE ON notice_receiver TO pw_api;
GRANT UPDATE (name, secret, language, grades, exercises, active, next_at) ON notice_receiver TO pw_api;
GRANT SELECT ON notice TO pw_api;

GRANT SELECT ON notice_receiver, notice TO pw_notify;
GRANT UPDATE (failures, failing_since, last_fault, last_sent_at, next_at, claimed_by, claimed_until,
              sent, given_up) ON notice_receiver TO pw_notify;
GRANT UPDATE (state, attempts, claimed_until, tried_at, status, fault), DELETE ON notice TO pw_notify;
GRANT SELECT (enterprise, seq, body) ON journal TO pw_notify;
GRANT SELECT (id, kind, unit, name, name_en, hazard_source) ON point TO pw_notify;
