-- Suppression by design: when a unit is stopped, or a parent alarms, and what is off the board then.
-- Every version is kept; the version in force has no valid_to.

CREATE TABLE suppression_rule (
    enterprise text NOT NULL REFERENCES enterprise (code),
    id text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    -- What it waits for: a state of a point, a value, or an alarm of it.
    kind text NOT NULL CHECK (kind IN ('state', 'limit', 'alarm')),
    tag text NOT NULL,
    states text[] NOT NULL DEFAULT '{}',
    direction text CHECK (direction IN ('high', 'low')),
    "limit" double precision,
    deadband double precision NOT NULL DEFAULT 0 CHECK (deadband >= 0),
    alarm text,
    -- The gravest grade that it covers: grade 1 is never suppressed.
    grade smallint NOT NULL CHECK (grade BETWEEN 2 AND 4),
    off_delay_s double precision NOT NULL CHECK (off_delay_s BETWEEN 0 AND 1800),
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    valid_from timestamptz NOT NULL,
    valid_to timestamptz,
    created_by text NOT NULL,
    book_version bigint NOT NULL,
    PRIMARY KEY (enterprise, id, version),
    FOREIGN KEY (enterprise, tag) REFERENCES point (enterprise, tag),
    CHECK ((kind = 'state') = (cardinality(states) > 0)),
    CHECK ((kind = 'limit') = ("limit" IS NOT NULL AND direction IS NOT NULL))
);
CREATE INDEX suppression_rule_by_version ON suppression_rule (book_version);
CREATE UNIQUE INDEX suppression_rule_in_force ON suppression_rule (enterprise, id)
    WHERE valid_to IS NULL;

-- What a version suppresses: points, or hazard sources with all their points. They belong to the
-- rule's own enterprise: the key says so, whatever asks.
CREATE TABLE suppression_target (
    enterprise text NOT NULL,
    rule text NOT NULL,
    version integer NOT NULL,
    place integer NOT NULL CHECK (place >= 0),
    tag text,
    hazard_source text,
    alarm text,
    PRIMARY KEY (enterprise, rule, version, place),
    FOREIGN KEY (enterprise, rule, version) REFERENCES suppression_rule (enterprise, id, version),
    FOREIGN KEY (enterprise, tag) REFERENCES point (enterprise, tag),
    CHECK ((tag IS NULL) <> (hazard_source IS NULL))
);
CREATE INDEX suppression_target_of_point ON suppression_target (enterprise, tag);

-- The versions with their targets, in the order in which they were named.
CREATE VIEW suppression_rule_aimed AS
SELECT suppression_rule.*, its.target_tags, its.target_sources, its.target_alarms
FROM suppression_rule
JOIN LATERAL (
    SELECT array_agg(its.tag ORDER BY place) AS target_tags,
           array_agg(its.hazard_source ORDER BY place) AS target_sources,
           array_agg(its.alarm ORDER BY place) AS target_alarms
    FROM suppression_target AS its
    WHERE (its.enterprise, its.rule, its.version)
        = (suppression_rule.enterprise, suppression_rule.id, suppression_rule.version)
) AS its ON true;

GRANT SELECT ON suppression_rule, suppression_target, suppression_rule_aimed
    TO pw_ingest, pw_alerts, pw_api;
GRANT INSERT ON suppression_rule, suppression_target TO pw_api;
-- Of a version only its end is written later.
GRANT UPDATE (valid_to, book_version) ON suppression_rule TO pw_api;
