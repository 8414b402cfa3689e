-- Interlocks in versions, their bypasses with who approved them, the record of the states that the
-- field told, and what people said of trips.

-- One row a version; the version in force has no valid_to. A loop that has none was taken out.
CREATE TABLE interlock (
    enterprise text NOT NULL REFERENCES enterprise (code),
    tag text NOT NULL CHECK (length(tag) BETWEEN 1 AND 128),
    version integer NOT NULL CHECK (version > 0),
    name text NOT NULL,
    name_en text,
    description text CHECK (length(description) <= 1000),
    hazard_source text,
    voting text NOT NULL CHECK (voting IN ('1oo1', '1oo2', '2oo2', '2oo3')),
    causes jsonb NOT NULL CHECK (jsonb_typeof(causes) = 'array'),
    effects jsonb NOT NULL CHECK (jsonb_typeof(effects) = 'array'),
    sil smallint CHECK (sil BETWEEN 1 AND 4),
    proof_test_days integer CHECK (proof_test_days > 0),
    proof_tested_on date,
    state_tag text,
    required boolean NOT NULL,
    fitted boolean NOT NULL,
    basis text CHECK (length(basis) <= 1000),
    created_at timestamptz NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_to timestamptz,
    changed_by text NOT NULL,
    reason text CHECK (length(reason) <= 1000),
    book_version bigint NOT NULL,
    PRIMARY KEY (enterprise, tag, version),
    FOREIGN KEY (enterprise, state_tag) REFERENCES point (enterprise, tag)
);
COMMENT ON COLUMN interlock.state_tag IS 'the point on which its state is seen';
CREATE UNIQUE INDEX interlock_in_force ON interlock (enterprise, tag) WHERE valid_to IS NULL;
CREATE UNIQUE INDEX interlock_by_state ON interlock (enterprise, state_tag) WHERE valid_to IS NULL;
CREATE INDEX interlock_by_version ON interlock (book_version);

-- A bypass as it stands. Signatures are {"by", "at" (epoch ms), "note"}.
CREATE TABLE interlock_bypass (
    enterprise text NOT NULL REFERENCES enterprise (code),
    id text NOT NULL,
    loop text NOT NULL,
    cause text,
    kind text NOT NULL
        CHECK (kind IN ('maintenance', 'operational', 'removal', 'proof_test', 'outage')),
    reason text NOT NULL,
    risk text NOT NULL,
    measures jsonb NOT NULL CHECK (jsonb_array_length(measures) > 0),
    length_ms bigint NOT NULL CHECK (length_ms > 0),
    applied jsonb NOT NULL,
    starts_at bigint,
    approvals jsonb NOT NULL DEFAULT '[]',
    refused jsonb,
    extensions jsonb NOT NULL DEFAULT '[]',
    restored jsonb,
    verified jsonb,
    points text[] NOT NULL,
    applied_at timestamptz NOT NULL,
    since timestamptz,
    until timestamptz,
    closed_at timestamptz,
    book_version bigint NOT NULL,
    PRIMARY KEY (enterprise, id),
    -- Two others than the applicant approve, whatever asks.
    CHECK ((approvals -> 0 ->> 'by') IS DISTINCT FROM (applied ->> 'by')),
    CHECK ((approvals -> 1 ->> 'by') IS DISTINCT FROM (applied ->> 'by')),
    CHECK (approvals -> 1 IS NULL OR (approvals -> 0 ->> 'by') <> (approvals -> 1 ->> 'by')),
    CHECK (since IS NULL OR jsonb_array_length(approvals) = 2),
    CHECK ((since IS NULL) = (until IS NULL)),
    CHECK (verified IS NULL OR (verified ->> 'by') <> (restored ->> 'by'))
);
COMMENT ON COLUMN interlock_bypass.points IS 'the tags on which the field shows this bypass';
COMMENT ON COLUMN interlock_bypass.closed_at IS 'verified, refused or lapsed: another may be asked for';
-- Only one bypass of a voting group at a time.
CREATE UNIQUE INDEX interlock_bypass_open ON interlock_bypass (enterprise, loop)
    WHERE closed_at IS NULL;
CREATE INDEX interlock_bypass_by_time ON interlock_bypass (applied_at DESC, id);
CREATE INDEX interlock_bypass_by_loop ON interlock_bypass (enterprise, loop, since);
CREATE INDEX interlock_bypass_by_version ON interlock_bypass (book_version);

-- What was done to a bypass, in order; nothing of it is changed later.
CREATE TABLE interlock_bypass_act (
    enterprise text NOT NULL,
    bypass text NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    act text NOT NULL,
    by text NOT NULL,
    at timestamptz NOT NULL,
    note text,
    hours double precision,
    PRIMARY KEY (enterprise, bypass, number),
    FOREIGN KEY (enterprise, bypass) REFERENCES interlock_bypass (enterprise, id)
);

-- What somebody said of a trip; the newest word counts.
CREATE TABLE interlock_trip_word (
    enterprise text NOT NULL REFERENCES enterprise (code),
    tag text NOT NULL,
    tripped_at timestamptz NOT NULL,
    said_at timestamptz NOT NULL,
    kind text NOT NULL CHECK (kind IN ('demand', 'spurious', 'test')),
    cause text NOT NULL,
    by text NOT NULL,
    PRIMARY KEY (enterprise, tag, tripped_at, said_at)
);

-- From `at` on an interlock was in this state (its code; NULL: nobody knows), by the field's time.
CREATE TABLE interlock_change (
    enterprise text NOT NULL REFERENCES enterprise (code),
    point_id integer NOT NULL,
    at timestamptz NOT NULL,
    state smallint,
    PRIMARY KEY (enterprise, point_id, at)
);

-- Makes the changes of an interlock anew over [first, past) from its stored readings, and up to the
-- first reading behind. A state holds until the next reading, but no longer than its point may be
-- silent (three periods and ten seconds at least; without a period for ever). Of several values of
-- one instant the later in the list of states counts. Nothing is made anew where no reading is.
CREATE FUNCTION mend_interlock(wanted integer, first timestamptz, past timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    tenant text;
    holds interval;
    behind timestamptz;
    known boolean;
    was smallint;
BEGIN
    SELECT enterprise, CASE WHEN period_s > 0 THEN make_interval(secs => greatest(10, 3 * period_s)) END
    INTO tenant, holds FROM point WHERE id = wanted;
    SELECT measured_at INTO behind FROM reading
    WHERE point_id = wanted AND measured_at >= past ORDER BY measured_at LIMIT 1;
    DELETE FROM interlock_change WHERE enterprise = tenant AND point_id = wanted AND at >= first
        AND (behind IS NULL OR at <= behind);
    SELECT true, state INTO known, was FROM interlock_change
    WHERE enterprise = tenant AND point_id = wanted AND at < first ORDER BY at DESC LIMIT 1;
    INSERT INTO interlock_change (enterprise, point_id, at, state)
    WITH heard AS (
        SELECT measured_at AS at,
               max(CASE WHEN quality < 2 AND value BETWEEN 0 AND 99 THEN value END)::smallint AS state
        FROM reading
        WHERE point_id = wanted AND measured_at >= first - coalesce(holds, interval '0')
          AND (measured_at < past OR measured_at = behind)
        GROUP BY measured_at
    ), followed AS (
        SELECT at, state, lead(at) OVER (ORDER BY at) AS following FROM heard
    ), told AS (
        SELECT at, state FROM followed
        UNION ALL
        SELECT at + holds, NULL FROM followed
        WHERE at < past AND (following IS NULL OR following > at + holds)
    ), ordered AS (
        SELECT at, state, lag(state) OVER (ORDER BY at) AS before,
               row_number() OVER (ORDER BY at) AS place
        FROM told WHERE at >= first AND at IS NOT NULL
    )
    SELECT tenant, wanted, at, state FROM ordered
    WHERE CASE WHEN place = 1 THEN known IS NULL OR state IS DISTINCT FROM was
               ELSE state IS DISTINCT FROM before END;
END $$;

-- What is stored already.
SELECT mend_interlock(id, '-infinity', 'infinity') FROM point WHERE kind = 'interlock';

REVOKE EXECUTE ON FUNCTION mend_interlock FROM PUBLIC;
GRANT EXECUTE ON FUNCTION mend_interlock TO pw_ingest;
GRANT SELECT, INSERT, DELETE ON interlock_change TO pw_ingest;
GRANT SELECT ON interlock, interlock_bypass TO pw_ingest, pw_alerts;
GRANT SELECT ON interlock, interlock_bypass, interlock_bypass_act, interlock_trip_word,
    interlock_change TO pw_api;
GRANT INSERT ON interlock, interlock_bypass, interlock_bypass_act, interlock_trip_word TO pw_api;
GRANT UPDATE (valid_to, book_version) ON interlock TO pw_api;
GRANT UPDATE (approvals, refused, extensions, restored, verified, since, until, closed_at,
    book_version) ON interlock_bypass TO pw_api;
