-- Stretches that the engine must judge because their readings came into the store by another way
-- than over the broker (adoption, re-processing); how each gateway does; and online point time.

-- Written in the transaction that stores the readings. Judging times, both ends included.
CREATE TABLE judge_again (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    point_id integer NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL,
    CHECK (since <= until)
);
GRANT INSERT ON judge_again TO pw_ingest;
GRANT SELECT, DELETE ON judge_again TO pw_alerts;

-- One row a gateway that was ever heard. The states are a list in code
-- (`services/domain/connection.py`), and so are those of the clock (`services/domain/skew.py`).
CREATE TABLE gateway_vitals (
    enterprise text NOT NULL,
    gateway text NOT NULL,
    state text NOT NULL DEFAULT 'unknown',
    since timestamptz,
    link boolean,
    link_at timestamptz,
    last_message_at timestamptz,
    last_reading_at timestamptz,
    newest_measured_at timestamptz,
    clock text NOT NULL DEFAULT 'unknown',
    clock_since timestamptz,
    skew_ms bigint,
    conflicts bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (enterprise, gateway)
);
GRANT SELECT, INSERT, UPDATE ON gateway_vitals TO pw_ingest;
GRANT SELECT ON gateway_vitals TO pw_alerts, pw_api;

-- Point time per enterprise and hour: `total_s` of registered points that were looked at,
-- `online_s` of those among them that had a valid value fresh enough.
CREATE TABLE connectivity_hour (
    enterprise text NOT NULL,
    hour timestamptz NOT NULL,
    online_s double precision NOT NULL,
    total_s double precision NOT NULL,
    PRIMARY KEY (enterprise, hour),
    CHECK (online_s BETWEEN 0 AND total_s)
);
GRANT SELECT, INSERT, UPDATE ON connectivity_hour TO pw_api;
