-- Of several alarm engines one judges: who has the lease. A taker raises the term and only then
-- opens the session; whoever records shows its term in the transaction.

CREATE TABLE engine_lease (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    term bigint NOT NULL CHECK (term > 0),
    spool text NOT NULL,
    process text NOT NULL,
    expires_at timestamptz NOT NULL,
    -- All that the holder had noted by then is on record.
    recorded_at timestamptz NOT NULL,
    -- From when on the holder has to judge what is stored, for it took over from another disk;
    -- NULL once that is done.
    inherit_since timestamptz
);

-- Engines that wait, and when they were last there.
CREATE TABLE engine_standby (
    spool text PRIMARY KEY,
    host text NOT NULL,
    seen_at timestamptz NOT NULL
);

-- Stretches of points that the engine has to judge again and has not settled yet.
CREATE TABLE engine_mark (
    point_id integer NOT NULL,
    sounding boolean NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL,
    upto bigint NOT NULL,
    PRIMARY KEY (point_id, sounding)
);

-- What an engine had noted and not recorded when another one took over: handed in when it comes
-- back, and taken up, or answered, by the one that judges now.
CREATE TABLE engine_leftover (
    spool text NOT NULL,
    position bigint NOT NULL,
    part integer NOT NULL,
    alarm_id text NOT NULL,
    noted_at timestamptz NOT NULL,
    transition text NOT NULL,
    taken_at timestamptz,
    outcome text,
    PRIMARY KEY (spool, position, part)
);
CREATE INDEX engine_leftover_waiting ON engine_leftover (noted_at) WHERE taken_at IS NULL;

GRANT SELECT, INSERT, UPDATE ON engine_lease, engine_standby, engine_leftover TO pw_alerts;
GRANT SELECT, INSERT, UPDATE, DELETE ON engine_mark TO pw_alerts;
GRANT SELECT ON engine_lease, engine_standby, engine_leftover TO pw_api;
