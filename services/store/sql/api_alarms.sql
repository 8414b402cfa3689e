-- name: open
-- Every alarm that is not closed, newest first: what is shown when no engine answers.
SELECT a.enterprise, a.id, a.point_id, a.tag, a.direction, a.rule, a.rule_version, a.condition,
       a."limit", a.grade, a.state, a.value, a.raised_at, a.received_at, a.historical, a.exercise,
       a.cleared_at, a.acknowledged_at, a.acknowledged_by, a.closed_as, a.superseded,
       a.subject_type, a.subject_id, a.facts, a.judged, a.off, a.latch,
       a.first_out_rank, a.in_minute, a.group_code AS "group",
       coalesce(p.kind, '') AS kind, coalesce(p.unit, '') AS unit, p.name, p.name_en,
       p.hazard_source
FROM alarm a LEFT JOIN point p ON p.id = a.point_id
WHERE a.closed_as IS NULL
ORDER BY a.raised_at DESC, a.id LIMIT %(limit)s;

-- name: page
-- A page of all alarms, newest first, after a place in that order.
SELECT a.enterprise, a.id, a.point_id, a.tag, a.direction, a.rule, a.rule_version, a.condition,
       a."limit", a.grade, a.state, a.value, a.raised_at, a.received_at, a.historical, a.exercise,
       a.cleared_at, a.acknowledged_at, a.acknowledged_by, a.closed_as, a.superseded,
       a.subject_type, a.subject_id, a.facts, a.judged, a.off, a.latch,
       a.first_out_rank, a.in_minute, a.group_code AS "group",
       coalesce(p.kind, '') AS kind, coalesce(p.unit, '') AS unit, p.name, p.name_en,
       p.hazard_source
FROM alarm a LEFT JOIN point p ON p.id = a.point_id
WHERE (%(scope)s::text[] IS NULL OR a.enterprise = ANY(%(scope)s))
  AND (%(grade)s::smallint[] IS NULL OR a.grade = ANY(%(grade)s))
  AND (%(tag)s::text IS NULL OR a.tag = %(tag)s)
  AND (%(subject_type)s::text IS NULL OR a.subject_type = %(subject_type)s)
  AND (%(hazard_source)s::text IS NULL OR p.hazard_source = %(hazard_source)s
       OR (a.enterprise, a.tag) IN (
           SELECT * FROM unnest(%(shown_enterprises)s::text[], %(shown_tags)s::text[])))
  AND (%(historical)s::boolean IS NULL OR a.historical = %(historical)s)
  AND (%(state)s::text IS NULL OR a.state = %(state)s)
  AND (%(since)s::timestamptz IS NULL OR a.raised_at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR a.raised_at < %(until)s)
  AND (%(before)s::timestamptz IS NULL OR a.raised_at < %(before)s
       OR (a.raised_at = %(before)s AND a.id > %(after_id)s))
ORDER BY a.raised_at DESC, a.id LIMIT %(limit)s;

-- name: one
-- One alarm as it is on record.
SELECT a.enterprise, a.id, a.point_id, a.tag, a.direction, a.rule, a.rule_version, a.condition,
       a."limit", a.grade, a.state, a.value, a.raised_at, a.received_at, a.historical, a.exercise,
       a.cleared_at, a.acknowledged_at, a.acknowledged_by, a.closed_as, a.superseded,
       a.subject_type, a.subject_id, a.facts, a.judged, a.off, a.latch,
       a.first_out_rank, a.in_minute, a.group_code AS "group",
       coalesce(p.kind, '') AS kind, coalesce(p.unit, '') AS unit, p.name, p.name_en,
       p.hazard_source
FROM alarm a LEFT JOIN point p ON p.id = a.point_id
WHERE a.id = %(id)s AND (%(scope)s::text[] IS NULL OR a.enterprise = ANY(%(scope)s));

-- name: journal
-- What happened to one alarm, in the order of its enterprise's journal.
SELECT seq, at, noted_at, event, body, previous, hash
FROM journal
WHERE enterprise = %(enterprise)s AND alarm_id = %(id)s AND seq > %(after)s
ORDER BY seq LIMIT %(limit)s;
