-- What the park allows to be taken off the board by hand, in versions; and what was applied for, by
-- the subject and direction that it holds for.

-- Of the whole park, as the weights of the risk index are: there is no enterprise to begin with.
CREATE TABLE shelving_policy (
    version integer PRIMARY KEY CHECK (version > 0),
    policy jsonb NOT NULL,
    set_by text NOT NULL,
    valid_from timestamptz NOT NULL,
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    book_version bigint NOT NULL
);
COMMENT ON COLUMN shelving_policy.policy IS
    'by shelf and out_of_service, by grade: longest_minutes, alone_minutes';

-- Null in what was applied for before: it holds for the one occurrence.
ALTER TABLE approval
    ADD COLUMN subject_type text,
    ADD COLUMN subject_id text,
    ADD COLUMN direction text CHECK (direction IN ('high', 'low')),
    ADD COLUMN rule text,
    ADD COLUMN grade smallint CHECK (grade BETWEEN 1 AND 4),
    ADD COLUMN "limit" double precision;

GRANT SELECT ON shelving_policy TO pw_ingest, pw_alerts;
GRANT SELECT, INSERT ON shelving_policy TO pw_api;
