-- What happened to a gateway (refusals by the broker first), and how far the broker's log has
-- been read for that. The kinds are a list in code (`services/store/gateway_event.py`).

CREATE TABLE gateway_event (
    enterprise text NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    gateway text NOT NULL,
    at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    kind text NOT NULL,
    detail text NOT NULL,
    count bigint NOT NULL CHECK (count > 0),
    PRIMARY KEY (enterprise, id)
);
-- The park's own list is in the order of the numbers, over all enterprises.
CREATE INDEX gateway_event_by_id ON gateway_event (id);

-- Moved in the transaction that stores the events read up to there, so that each counts once.
CREATE TABLE broker_log (
    path text PRIMARY KEY,
    head text NOT NULL,
    position bigint NOT NULL
);

GRANT SELECT, INSERT, UPDATE ON gateway_event, broker_log TO pw_api;
GRANT SELECT, INSERT, UPDATE ON gateway_event TO pw_ingest, pw_alerts;
