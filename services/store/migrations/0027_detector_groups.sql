-- Groups of detectors with their points, rules over a group, and the group that an alarm belongs to.

CREATE TABLE detector_group (
    enterprise text NOT NULL REFERENCES enterprise (code),
    code text NOT NULL CHECK (code ~ '^[A-Za-z0-9_-]{1,64}$'),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    name_en text CHECK (length(name_en) BETWEEN 1 AND 200),
    kind text NOT NULL CHECK (kind IN ('gas', 'fire', 'mixed', 'redundant')),
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL,
    deleted_at timestamptz,
    book_version bigint NOT NULL,
    PRIMARY KEY (enterprise, code)
);
CREATE INDEX detector_group_by_version ON detector_group (book_version);

-- The points of a group as they are now. They belong to its own enterprise: the key says so.
CREATE TABLE detector_group_member (
    enterprise text NOT NULL,
    group_code text NOT NULL,
    tag text NOT NULL,
    redundant boolean NOT NULL,
    PRIMARY KEY (enterprise, group_code, tag),
    FOREIGN KEY (enterprise, group_code) REFERENCES detector_group (enterprise, code),
    FOREIGN KEY (enterprise, tag) REFERENCES point (enterprise, tag)
);
CREATE INDEX detector_group_of_point ON detector_group_member (enterprise, tag);
-- A point measures the same as those of one group, whoever asks.
CREATE UNIQUE INDEX detector_group_redundant_once ON detector_group_member (enterprise, tag)
    WHERE redundant;

GRANT SELECT ON detector_group, detector_group_member TO pw_ingest, pw_alerts, pw_api;
GRANT INSERT, UPDATE ON detector_group TO pw_api;
GRANT INSERT, DELETE ON detector_group_member TO pw_api;

-- A rule that names a group has only its main point among its own.
ALTER TABLE detector_rule
    ADD COLUMN group_code text,
    ADD FOREIGN KEY (enterprise, group_code) REFERENCES detector_group (enterprise, code);
CREATE INDEX detector_rule_of_group ON detector_rule (enterprise, group_code)
    WHERE group_code IS NOT NULL AND valid_to IS NULL;

DROP VIEW detector_rule_named;
CREATE VIEW detector_rule_named AS
SELECT detector_rule.*, its.names, its.tags
FROM detector_rule
JOIN LATERAL (
    SELECT array_agg(name ORDER BY place) AS names, array_agg(tag ORDER BY place) AS tags
    FROM detector_rule_point AS its
    WHERE (its.enterprise, its.rule, its.version)
        = (detector_rule.enterprise, detector_rule.id, detector_rule.version)
) AS its ON true;
GRANT SELECT ON detector_rule_named TO pw_ingest, pw_alerts, pw_api;

-- Every point that a version of a rule watches: its own, and those of its group.
CREATE VIEW detector_rule_watched AS
SELECT enterprise, rule, version, tag FROM detector_rule_point
UNION
SELECT whole.enterprise, whole.id, whole.version, its.tag
FROM detector_rule AS whole
JOIN detector_group_member AS its USING (enterprise, group_code);
GRANT SELECT ON detector_rule_watched TO pw_ingest, pw_alerts, pw_api;

-- The group that its point was in when it rose, and among whose alarms it has its rank.
ALTER TABLE alarm ADD COLUMN group_code text;
