-- name: insert_rule
-- A version of a rule, in force from its beginning on.
INSERT INTO rule (enterprise, id, version, tag, kind, condition, "limit", grade, deadband,
                  on_delay_s, off_delay_s, valid_from, created_by, owner, valid_until, message,
                  cause, consequence, action, respond_within_s, source, basis, reason,
                  latch, realarm_s, book_version)
VALUES (%(enterprise)s, %(id)s, %(number)s, %(tag)s, %(kind)s, %(condition)s, %(limit)s,
        %(grade)s, %(deadband)s, %(on_delay_s)s, %(off_delay_s)s, %(valid_from)s,
        %(created_by)s, %(owner)s, %(valid_until)s, %(message)s, %(cause)s, %(consequence)s,
        %(action)s, %(respond_within_s)s, %(source)s, %(basis)s, %(reason)s,
        %(latch)s, %(realarm_s)s, %(version)s);

-- name: lock_book
-- The book's row, held until the end of the transaction: who looks first changes first.
SELECT version FROM book FOR UPDATE;

-- name: close_rule
-- The end of the version that is in force; by whom and why, where no other takes its place.
UPDATE rule SET valid_to = greatest(%(valid_to)s, valid_from), book_version = %(version)s,
       ended_by = %(ended_by)s, ended_reason = %(ended_reason)s
WHERE enterprise = %(enterprise)s AND id = %(id)s AND valid_to IS NULL
RETURNING version;

-- name: rule
-- The version of a rule that is in force.
SELECT enterprise, id, version, tag, kind, condition, "limit", grade, deadband, on_delay_s,
       off_delay_s, valid_from, created_by, owner, valid_until, message, cause, consequence,
       action, respond_within_s, source, basis, reason, latch, realarm_s,
       least(valid_to, CASE WHEN valid_until <= now() THEN valid_until END) AS valid_to
FROM rule
WHERE id = %(id)s AND valid_to IS NULL AND coalesce(valid_until, 'infinity') > now()
  AND (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s));

-- name: rules_standing
-- The rules that stand for a point, by condition.
SELECT condition, id FROM rule
WHERE enterprise = %(enterprise)s AND tag = %(tag)s
  AND valid_to IS NULL AND coalesce(valid_until, 'infinity') > now();

-- name: rules
-- A page of the rules in force, in the order of enterprise and number.
SELECT enterprise, id, version, tag, kind, condition, "limit", grade, deadband, on_delay_s,
       off_delay_s, valid_from, created_by, owner, valid_until, message, cause, consequence,
       action, respond_within_s, source, basis, reason, latch, realarm_s,
       least(valid_to, CASE WHEN valid_until <= now() THEN valid_until END) AS valid_to
FROM rule
WHERE valid_to IS NULL AND coalesce(valid_until, 'infinity') > now()
  AND (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s))
  AND (%(tag)s::text IS NULL OR tag = %(tag)s)
  AND (enterprise, id) > (%(after_enterprise)s, %(after_id)s)
ORDER BY enterprise, id LIMIT %(limit)s;

-- name: rule_versions
-- Every version a rule ever had, newest first.
SELECT enterprise, id, version, tag, kind, condition, "limit", grade, deadband, on_delay_s,
       off_delay_s, valid_from, created_by, owner, valid_until, message, cause, consequence,
       action, respond_within_s, source, basis, reason, latch, realarm_s,
       least(valid_to, CASE WHEN valid_until <= now() THEN valid_until END) AS valid_to,
       ended_by, ended_reason
FROM rule
WHERE id = %(id)s AND (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s))
ORDER BY version DESC LIMIT 1000;

-- name: judged_until
-- Until when (epoch seconds) the points whose rules were touched after the known version are
-- judged: null for those that no rule is in force for.
WITH touched AS (
    SELECT enterprise, tag FROM rule WHERE book_version > %(known)s
    UNION
    SELECT its.enterprise, its.tag
    FROM detector_rule AS whole
    JOIN detector_rule_point AS its ON (its.enterprise, its.rule, its.version)
                                     = (whole.enterprise, whole.id, whole.version)
    WHERE whole.book_version > %(known)s
), part AS (
    SELECT enterprise, tag, valid_to, valid_until FROM touched JOIN rule USING (enterprise, tag)
    UNION ALL
    SELECT enterprise, tag, whole.valid_to, whole.valid_until
    FROM touched JOIN detector_rule_point AS its USING (enterprise, tag)
    JOIN detector_rule AS whole USING (enterprise)
    WHERE (whole.id, whole.version) = (its.rule, its.version)
)
SELECT enterprise, tag,
       extract(epoch FROM max(coalesce(valid_until, 'infinity'))
               FILTER (WHERE valid_to IS NULL))::float8 AS until
FROM part
GROUP BY enterprise, tag;

-- name: judged_from_scratch
-- Until when (epoch seconds) each point is judged that a rule is in force for: one pass over all.
SELECT enterprise, tag,
       extract(epoch FROM max(coalesce(valid_until, 'infinity')))::float8 AS until
FROM (
    SELECT enterprise, tag, valid_until FROM rule WHERE valid_to IS NULL
    UNION ALL
    SELECT its.enterprise, its.tag, whole.valid_until
    FROM detector_rule_point AS its
    JOIN detector_rule AS whole ON (whole.enterprise, whole.id, whole.version)
                                 = (its.enterprise, its.rule, its.version)
    WHERE whole.valid_to IS NULL
) AS part
GROUP BY enterprise, tag;

-- name: groups_judged_until
-- Until when (epoch seconds) the points of groups are judged by rules over them, of those whose
-- rules were touched after the known version: null where none is in force.
SELECT enterprise, group_code,
       extract(epoch FROM max(coalesce(valid_until, 'infinity'))
               FILTER (WHERE valid_to IS NULL))::float8 AS until
FROM detector_rule
WHERE (enterprise, group_code) IN (
    SELECT enterprise, group_code FROM detector_rule
    WHERE book_version > %(known)s AND group_code IS NOT NULL)
GROUP BY enterprise, group_code;

-- name: rules_of_points
-- The rules in force of these points.
SELECT enterprise, id, version, tag, kind, condition, "limit", grade, deadband, on_delay_s,
       off_delay_s, valid_from, created_by, owner, valid_until, valid_to, message, cause,
       consequence, action, respond_within_s, source, basis, reason
FROM rule
WHERE (enterprise, tag) IN (SELECT * FROM unnest(%(enterprises)s::text[], %(tags)s::text[]))
  AND kind = 'limit' AND valid_to IS NULL AND coalesce(valid_until, 'infinity') > now();
