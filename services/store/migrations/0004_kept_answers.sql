-- The answers to writes that carried an Idempotency-Key: in the transaction of the change itself,
-- so that a repeat after the api was killed is neither done twice nor refused.

CREATE TABLE kept_answer (
    username text NOT NULL,
    -- SHA-256 of method, path, query and key; the key itself is not kept.
    request bytea NOT NULL,
    -- SHA-256 of the body.
    asked bytea NOT NULL,
    status smallint NOT NULL,
    -- Sealed by the api (a gateway's password may be in it); empty where there is no body.
    answer bytea NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (username, request)
);
CREATE INDEX kept_answer_by_time ON kept_answer (at);

GRANT SELECT, INSERT, DELETE ON kept_answer TO pw_api;
