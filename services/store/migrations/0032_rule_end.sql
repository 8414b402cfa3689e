-- Who ended a rule without another version in its place, and why: a limit that goes is a limit
-- loosened, and the regulator reads the reason. Null for what stands, was replaced, or ran out.
ALTER TABLE rule
    ADD COLUMN ended_by text,
    ADD COLUMN ended_reason text CHECK (length(ended_reason) BETWEEN 1 AND 1000);
ALTER TABLE detector_rule
    ADD COLUMN ended_by text,
    ADD COLUMN ended_reason text CHECK (length(ended_reason) BETWEEN 1 AND 1000);
ALTER TABLE suppression_rule
    ADD COLUMN ended_by text,
    ADD COLUMN ended_reason text CHECK (length(ended_reason) BETWEEN 1 AND 1000);

-- The versions with their points and targets, as before, with the new columns.
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

DROP VIEW suppression_rule_aimed;
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
GRANT SELECT ON suppression_rule_aimed TO pw_ingest, pw_alerts, pw_api;

GRANT UPDATE (ended_by, ended_reason) ON detector_rule, suppression_rule TO pw_api;
