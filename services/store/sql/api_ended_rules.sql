-- name: ended_rules
-- A page of the rules of all sorts that somebody ended without another version, newest end first;
-- `tag`: those that this point had a part in.
SELECT enterprise, id, version, sort, kind, tag, name, "limit", grade, ended_at, ended_by,
       ended_reason
FROM (
    SELECT enterprise, id, version, 'limit' AS sort, condition AS kind, tag, NULL AS name, "limit",
           grade, valid_to AS ended_at, ended_by, ended_reason, ARRAY[tag] AS tags
    FROM rule WHERE ended_by IS NOT NULL
    UNION ALL
    SELECT enterprise, id, version, 'detector', kind, tags[1], NULL, NULL, grade, valid_to, ended_by,
           ended_reason, tags
    FROM detector_rule_named WHERE ended_by IS NOT NULL
    UNION ALL
    SELECT enterprise, id, version, 'suppression', kind, tag, name, NULL, grade, valid_to, ended_by,
           ended_reason, tag || target_tags
    FROM suppression_rule_aimed WHERE ended_by IS NOT NULL
) AS ended
WHERE (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s))
  AND (%(tag)s::text IS NULL OR %(tag)s = ANY(tags))
  AND (%(below)s::timestamptz IS NULL OR (ended_at, id) < (%(below)s, %(below_id)s))
ORDER BY ended_at DESC, id DESC LIMIT %(limit)s;
