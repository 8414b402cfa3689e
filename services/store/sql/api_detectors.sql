-- name: insert_detector
-- A version of a detector rule, in force from its beginning on.
INSERT INTO detector_rule (enterprise, id, version, kind, parameters, grade, on_delay_s, off_delay_s,
                           latch, realarm_s, valid_from, created_by, owner, valid_until, message,
                           cause, consequence, action, respond_within_s, source, basis, reason,
                           group_code, book_version)
VALUES (%(enterprise)s, %(id)s, %(number)s, %(kind)s, %(parameters)s, %(grade)s, %(on_delay_s)s,
        %(off_delay_s)s, %(latch)s, %(realarm_s)s, %(valid_from)s, %(created_by)s, %(owner)s,
        %(valid_until)s, %(message)s, %(cause)s, %(consequence)s, %(action)s,
        %(respond_within_s)s, %(source)s, %(basis)s, %(reason)s, %(group)s, %(version)s);

-- name: insert_points
-- The points of a version, in their order.
INSERT INTO detector_rule_point (enterprise, rule, version, name, place, tag)
SELECT %(enterprise)s, %(id)s, %(number)s, name, place - 1, tag
FROM unnest(%(names)s::text[], %(tags)s::text[]) WITH ORDINALITY AS given (name, tag, place);

-- name: close_detector
-- The end of the version that is in force; by whom and why, where no other takes its place.
UPDATE detector_rule SET valid_to = greatest(%(valid_to)s, valid_from), book_version = %(version)s,
       ended_by = %(ended_by)s, ended_reason = %(ended_reason)s
WHERE enterprise = %(enterprise)s AND id = %(id)s AND valid_to IS NULL
RETURNING version;

-- name: detector
-- The version of a detector rule that is in force.
SELECT enterprise, id, version, kind, parameters, grade, on_delay_s, off_delay_s, latch, realarm_s,
       valid_from, created_by, owner, valid_until, message, cause, consequence, action,
       respond_within_s, source, basis, reason, group_code AS "group",
       least(valid_to, CASE WHEN valid_until <= now() THEN valid_until END) AS valid_to,
       names, tags
FROM detector_rule_named
WHERE id = %(id)s AND valid_to IS NULL AND coalesce(valid_until, 'infinity') > now()
  AND (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s));

-- name: detectors
-- A page of the detector rules in force, in the order of enterprise and number.
SELECT enterprise, id, version, kind, parameters, grade, on_delay_s, off_delay_s, latch, realarm_s,
       valid_from, created_by, owner, valid_until, message, cause, consequence, action,
       respond_within_s, source, basis, reason, group_code AS "group",
       least(valid_to, CASE WHEN valid_until <= now() THEN valid_until END) AS valid_to,
       names, tags
FROM detector_rule_named
WHERE valid_to IS NULL AND coalesce(valid_until, 'infinity') > now()
  AND (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s))
  AND (%(tag)s::text IS NULL OR (enterprise, id, version) IN (
      SELECT enterprise, rule, version FROM detector_rule_watched WHERE tag = %(tag)s))
  AND (enterprise, id) > (%(after_enterprise)s, %(after_id)s)
ORDER BY enterprise, id LIMIT %(limit)s;

-- name: count_detectors
-- How many detector rules of an enterprise are in force.
SELECT count(*) FROM detector_rule
WHERE enterprise = %(enterprise)s AND valid_to IS NULL
  AND coalesce(valid_until, 'infinity') > now();

-- name: detector_versions
-- Every version a detector rule ever had, newest first.
SELECT enterprise, id, version, kind, parameters, grade, on_delay_s, off_delay_s, latch, realarm_s,
       valid_from, created_by, owner, valid_until, message, cause, consequence, action,
       respond_within_s, source, basis, reason, group_code AS "group",
       least(valid_to, CASE WHEN valid_until <= now() THEN valid_until END) AS valid_to,
       names, tags,
       ended_by, ended_reason
FROM detector_rule_named
WHERE id = %(id)s AND (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s))
ORDER BY version DESC LIMIT 1000;
