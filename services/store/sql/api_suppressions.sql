-- name: insert_suppression
-- A version of a rule of suppression, in force from its beginning on.
INSERT INTO suppression_rule (enterprise, id, version, name, kind, tag, states, direction, "limit",
                              deadband, alarm, grade, off_delay_s, reason, valid_from, created_by,
                              book_version)
VALUES (%(enterprise)s, %(id)s, %(number)s, %(name)s, %(kind)s, %(tag)s, %(states)s, %(direction)s,
        %(limit)s, %(deadband)s, %(alarm)s, %(grade)s, %(off_delay_s)s, %(reason)s,
        %(valid_from)s, %(created_by)s, %(version)s);

-- name: insert_targets
-- What a version suppresses, in the order in which it was named.
INSERT INTO suppression_target (enterprise, rule, version, place, tag, hazard_source, alarm)
SELECT %(enterprise)s, %(id)s, %(number)s, place - 1, tag, hazard_source, alarm
FROM unnest(%(tags)s::text[], %(sources)s::text[], %(alarms)s::text[])
     WITH ORDINALITY AS given (tag, hazard_source, alarm, place);

-- name: close_suppression
-- The end of the version that is in force; by whom and why, where no other takes its place.
UPDATE suppression_rule SET valid_to = greatest(%(valid_to)s, valid_from), book_version = %(version)s,
       ended_by = %(ended_by)s, ended_reason = %(ended_reason)s
WHERE enterprise = %(enterprise)s AND id = %(id)s AND valid_to IS NULL
RETURNING version;

-- name: suppressions
-- A page of the rules of suppression in force, in the order of enterprise and number; `tag`: those
-- that wait for this point or name it as a target.
SELECT enterprise, id, version, name, kind, tag, states, direction, "limit", deadband, alarm, grade,
       off_delay_s, reason, valid_from, valid_to, created_by, target_tags, target_sources,
       target_alarms
FROM suppression_rule_aimed
WHERE valid_to IS NULL AND (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s))
  AND (%(tag)s::text IS NULL OR tag = %(tag)s OR %(tag)s = ANY(target_tags))
  AND (enterprise, id) > (%(after_enterprise)s, %(after_id)s)
ORDER BY enterprise, id LIMIT %(limit)s;

-- name: suppression_versions
-- Every version that a rule of suppression ever had, newest first.
SELECT enterprise, id, version, name, kind, tag, states, direction, "limit", deadband, alarm, grade,
       off_delay_s, reason, valid_from, valid_to, created_by, ended_by, ended_reason,
       target_tags, target_sources, target_alarms
FROM suppression_rule_aimed
WHERE id = %(id)s AND (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s))
ORDER BY version DESC LIMIT 1000;
