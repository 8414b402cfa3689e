-- Rules that are more than a limit: rate of change, deviation, stuck, voting and the like, over one
-- or several points of one enterprise. Every version is kept; the version in force has no valid_to.

CREATE TABLE detector_rule (
    enterprise text NOT NULL REFERENCES enterprise (code),
    id text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    kind text NOT NULL,
    -- What this kind asks for, by name; the register's own fields stand beside it.
    parameters jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(parameters) = 'object'),
    grade smallint NOT NULL CHECK (grade BETWEEN 1 AND 4),
    on_delay_s double precision NOT NULL DEFAULT 0 CHECK (on_delay_s >= 0),
    off_delay_s double precision NOT NULL DEFAULT 0 CHECK (off_delay_s >= 0),
    latch boolean NOT NULL DEFAULT false,
    realarm_s double precision CHECK (realarm_s > 0),
    valid_from timestamptz NOT NULL,
    valid_to timestamptz,
    created_by text NOT NULL,
    owner text CHECK (length(owner) BETWEEN 1 AND 200),
    valid_until timestamptz,
    message text CHECK (length(message) <= 1000),
    cause text CHECK (length(cause) <= 1000),
    consequence text CHECK (length(consequence) <= 1000),
    action text CHECK (length(action) <= 1000),
    respond_within_s double precision CHECK (respond_within_s > 0),
    source text,
    basis text,
    reason text CHECK (length(reason) <= 1000),
    book_version bigint NOT NULL,
    PRIMARY KEY (enterprise, id, version)
);
CREATE INDEX detector_rule_by_version ON detector_rule (book_version);
CREATE UNIQUE INDEX detector_rule_in_force ON detector_rule (enterprise, id)
    WHERE valid_to IS NULL;

-- The points of a version, each by the name that it has in the rule. They belong to the rule's own
-- enterprise: the key says so, whatever asks.
CREATE TABLE detector_rule_point (
    enterprise text NOT NULL,
    rule text NOT NULL,
    version integer NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 128),
    place integer NOT NULL CHECK (place >= 0),
    tag text NOT NULL,
    PRIMARY KEY (enterprise, rule, version, name),
    FOREIGN KEY (enterprise, rule, version) REFERENCES detector_rule (enterprise, id, version),
    FOREIGN KEY (enterprise, tag) REFERENCES point (enterprise, tag)
);
CREATE INDEX detector_rule_by_point ON detector_rule_point (enterprise, tag);

-- The versions with the names and tags of their points, in the same order.
CREATE VIEW detector_rule_named AS
SELECT detector_rule.*, its.names, its.tags
FROM detector_rule
JOIN LATERAL (
    SELECT array_agg(name ORDER BY place) AS names, array_agg(tag ORDER BY place) AS tags
    FROM detector_rule_point AS its
    WHERE (its.enterprise, its.rule, its.version)
        = (detector_rule.enterprise, detector_rule.id, detector_rule.version)
) AS its ON true;

GRANT SELECT ON detector_rule, detector_rule_point, detector_rule_named
    TO pw_ingest, pw_alerts, pw_api;
GRANT INSERT ON detector_rule, detector_rule_point TO pw_api;
-- Of a version only its end is written later.
GRANT UPDATE (valid_to, book_version) ON detector_rule TO pw_api;
