-- The first house: the register, readings, dead letters, alarms and their journal.
-- Roles are made without login; whoever installs gives them a password.

DO $$
DECLARE wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['pw_ingest', 'pw_alerts', 'pw_api'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        END IF;
    END LOOP;
END $$;

GRANT USAGE ON SCHEMA public TO pw_ingest, pw_alerts, pw_api;

-- The register. Every change raises book.version first, under its row lock, so that
-- the order of versions is the order of commits and a reader of `> known` misses nothing.

CREATE TABLE book (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    version bigint NOT NULL DEFAULT 0
);
INSERT INTO book DEFAULT VALUES;

CREATE TABLE enterprise (
    code text PRIMARY KEY CHECK (code ~ '^[A-Za-z0-9_-]{1,64}$'),
    name text NOT NULL,
    name_en text,
    created_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    book_version bigint NOT NULL
);

CREATE TABLE gateway (
    enterprise text NOT NULL REFERENCES enterprise (code),
    code text NOT NULL CHECK (code ~ '^[A-Za-z0-9_-]{1,64}$'),
    username text NOT NULL UNIQUE,
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    rotated_at timestamptz,
    deleted_at timestamptz,
    book_version bigint NOT NULL,
    PRIMARY KEY (enterprise, code)
);

CREATE TABLE point (
    enterprise text NOT NULL REFERENCES enterprise (code),
    tag text NOT NULL CHECK (length(tag) BETWEEN 1 AND 128),
    id integer NOT NULL UNIQUE CHECK (id > 0),
    kind text NOT NULL,
    unit text NOT NULL CHECK (length(unit) BETWEEN 1 AND 16),
    range_low double precision,
    range_high double precision,
    substance text,
    hazard_source text,
    gateway text,
    name text,
    name_en text,
    lon double precision,
    lat double precision,
    period_s double precision CHECK (period_s > 0),
    reporting text NOT NULL DEFAULT 'periodic' CHECK (reporting IN ('periodic', 'on_change')),
    created_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    book_version bigint NOT NULL,
    PRIMARY KEY (enterprise, tag)
);
CREATE INDEX point_by_version ON point (book_version);

-- Every version of every rule; the version in force has no valid_to.
CREATE TABLE rule (
    enterprise text NOT NULL,
    id text NOT NULL,
    version integer NOT NULL,
    tag text NOT NULL,
    kind text NOT NULL DEFAULT 'limit',
    condition text NOT NULL CHECK (condition IN ('HH', 'H', 'L', 'LL')),
    "limit" double precision NOT NULL,
    grade smallint NOT NULL CHECK (grade BETWEEN 1 AND 4),
    deadband double precision NOT NULL DEFAULT 0 CHECK (deadband >= 0),
    on_delay_s double precision NOT NULL DEFAULT 0 CHECK (on_delay_s >= 0),
    off_delay_s double precision NOT NULL DEFAULT 0 CHECK (off_delay_s >= 0),
    valid_from timestamptz NOT NULL,
    valid_to timestamptz,
    created_by text NOT NULL,
    book_version bigint NOT NULL,
    PRIMARY KEY (enterprise, id, version),
    FOREIGN KEY (enterprise, tag) REFERENCES point (enterprise, tag)
);
CREATE INDEX rule_by_version ON rule (book_version);
CREATE INDEX rule_by_point ON rule (enterprise, tag);

GRANT SELECT ON book, enterprise, gateway, point, rule TO pw_ingest, pw_alerts;
GRANT SELECT, INSERT, UPDATE ON book, enterprise, gateway, point, rule TO pw_api;

-- Readings. The identity of a reading is the whole of it: a repeat is absorbed, a second
-- real value of the same millisecond is kept.

CREATE TABLE reading (
    point_id integer NOT NULL,
    measured_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    value double precision,
    quality smallint NOT NULL,
    flags smallint NOT NULL DEFAULT 0
);
SELECT create_hypertable('reading', 'measured_at', chunk_time_interval => interval '1 day',
                         create_default_indexes => false);
CREATE UNIQUE INDEX reading_identity ON reading (point_id, measured_at, value, quality)
    NULLS NOT DISTINCT;

-- The identity of messages with boot and seq: readings without a time are stored once.
CREATE TABLE gateway_message (
    enterprise text NOT NULL,
    gateway text NOT NULL,
    boot text NOT NULL,
    seq bigint NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (enterprise, gateway, boot, seq)
);

CREATE TABLE dead_letter (
    enterprise text NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    gateway text NOT NULL,
    topic text NOT NULL,
    payload bytea NOT NULL,
    reason text NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (enterprise, id)
);

CREATE TABLE unregistered_tag (
    enterprise text NOT NULL,
    tag text NOT NULL,
    gateway text NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    last_value text,
    count bigint NOT NULL,
    kept bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (enterprise, tag)
);

-- Readings of tags that nobody has registered yet, kept for the day they are adopted.
CREATE TABLE unregistered_reading (
    enterprise text NOT NULL,
    tag text NOT NULL,
    measured_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    number double precision,
    state text,
    quality smallint NOT NULL,
    flags smallint NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX unregistered_reading_identity
    ON unregistered_reading (enterprise, tag, measured_at, number, state, quality)
    NULLS NOT DISTINCT;

GRANT SELECT, INSERT ON reading, gateway_message, dead_letter TO pw_ingest;
GRANT SELECT, INSERT, UPDATE ON unregistered_tag TO pw_ingest;
GRANT SELECT, INSERT, DELETE ON unregistered_reading TO pw_ingest;
GRANT DELETE ON unregistered_tag TO pw_ingest;
GRANT SELECT ON reading TO pw_alerts;
GRANT SELECT ON reading, dead_letter, unregistered_tag, unregistered_reading TO pw_api;

-- Alarms as they stand, and the journal: append-only by permission, chained per enterprise.

CREATE TABLE alarm (
    enterprise text NOT NULL,
    id text NOT NULL,
    point_id integer NOT NULL,
    tag text,
    direction text NOT NULL,
    rule text NOT NULL,
    rule_version integer NOT NULL,
    condition text NOT NULL,
    "limit" double precision,
    grade smallint NOT NULL CHECK (grade BETWEEN 1 AND 4),
    state text NOT NULL,
    value double precision,
    raised_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    historical boolean NOT NULL,
    exercise boolean NOT NULL DEFAULT false,
    cleared_at timestamptz,
    acknowledged_at timestamptz,
    acknowledged_by text,
    closed_as text CHECK (closed_as IN ('cleared', 'superseded', 'withdrawn')),
    superseded integer NOT NULL DEFAULT 0,
    PRIMARY KEY (enterprise, id)
);
CREATE INDEX alarm_by_time ON alarm (raised_at DESC, id);
CREATE INDEX alarm_by_point ON alarm (point_id, direction, raised_at);
CREATE INDEX alarm_open ON alarm (enterprise) WHERE closed_as IS NULL;

CREATE TABLE journal (
    enterprise text NOT NULL,
    seq bigint NOT NULL,
    alarm_id text NOT NULL,
    at timestamptz NOT NULL,
    noted_at timestamptz NOT NULL,
    event text NOT NULL,
    body text NOT NULL,
    previous bytea NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (enterprise, seq)
);
CREATE INDEX journal_by_alarm ON journal (enterprise, alarm_id, seq);

-- How far the engine's spool is in the database; moved in the transaction that records it.
CREATE TABLE recorder (
    spool text PRIMARY KEY,
    position bigint NOT NULL
);

-- The judged state of a point from `at` on, until the next one: written at each change of it,
-- so that a replay can start at any moment and stop where old and new agree.
CREATE TABLE point_state (
    point_id integer NOT NULL,
    at timestamptz NOT NULL,
    state text NOT NULL,
    PRIMARY KEY (point_id, at)
);

GRANT SELECT, INSERT, UPDATE ON alarm, recorder TO pw_alerts;
GRANT SELECT, INSERT ON journal TO pw_alerts;
GRANT SELECT, INSERT, UPDATE, DELETE ON point_state TO pw_alerts;
GRANT SELECT ON alarm, journal TO pw_api;

-- People.
CREATE TABLE app_user (
    username text PRIMARY KEY CHECK (length(username) BETWEEN 1 AND 64),
    password_hash text NOT NULL,
    role text NOT NULL CHECK (role IN
        ('operator', 'supervisor', 'enterprise', 'inspector', 'regulator', 'admin')),
    enterprise text REFERENCES enterprise (code),
    token_version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((role = 'enterprise') = (enterprise IS NOT NULL))
);
GRANT SELECT, INSERT, UPDATE, DELETE ON app_user TO pw_api;
