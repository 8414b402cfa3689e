-- Hazard sources in versions with the working of their grade, the equipment that a point is of,
-- and the weights of the risk index in versions.

ALTER TABLE point ADD COLUMN equipment text CHECK (length(equipment) BETWEEN 1 AND 200);

-- One row a version: whatever changes, what was said and graded before stays.
CREATE TABLE hazard_source (
    enterprise text NOT NULL REFERENCES enterprise (code),
    code text NOT NULL CHECK (code ~ '^[A-Za-z0-9_-]{1,64}$'),
    version integer NOT NULL CHECK (version > 0),
    name text NOT NULL,
    name_en text,
    unit_type text NOT NULL CHECK (unit_type IN ('production', 'storage')),
    exposed_people integer NOT NULL CHECK (exposed_people >= 0),
    substances jsonb NOT NULL,
    working jsonb NOT NULL,
    s double precision NOT NULL CHECK (s > 0),
    r double precision NOT NULL CHECK (r > 0),
    level smallint CHECK (level BETWEEN 1 AND 4),
    particulars jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_to timestamptz,
    changed_by text NOT NULL,
    reason text CHECK (length(reason) <= 1000),
    book_version bigint NOT NULL,
    PRIMARY KEY (enterprise, code, version),
    CHECK ((level IS NULL) = (s < 1))
);
COMMENT ON COLUMN hazard_source.working IS 'how s, r and level came about, by the tables of that day';
COMMENT ON COLUMN hazard_source.particulars IS 'what the register keeps beside the grade';
CREATE UNIQUE INDEX hazard_source_in_force ON hazard_source (enterprise, code)
    WHERE valid_to IS NULL;
CREATE INDEX hazard_source_by_version ON hazard_source (book_version) WHERE valid_to IS NULL;

CREATE TABLE risk_weights (
    version integer PRIMARY KEY CHECK (version > 0),
    weights jsonb NOT NULL,
    set_by text NOT NULL,
    valid_from timestamptz NOT NULL,
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    book_version bigint NOT NULL
);

GRANT SELECT, INSERT ON hazard_source, risk_weights TO pw_api;
GRANT UPDATE (valid_to) ON hazard_source TO pw_api;
