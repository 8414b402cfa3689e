-- name: changed_loops
-- Loops touched by a change after the known version, as they are now; those taken out have an end.
SELECT DISTINCT ON (enterprise, tag) *
FROM interlock WHERE book_version > %(known)s AND (%(known)s > 0 OR valid_to IS NULL)
ORDER BY enterprise, tag, version DESC;

-- name: loop
-- The version of a loop that is in force.
SELECT * FROM interlock
WHERE enterprise = %(enterprise)s AND tag = %(tag)s AND valid_to IS NULL;

-- name: loops_of
-- The loops of an enterprise that are in force.
SELECT * FROM interlock WHERE enterprise = %(enterprise)s AND valid_to IS NULL ORDER BY tag;

-- name: newest_version
-- The number of the newest version of a loop, in force or not.
SELECT coalesce(max(version), 0) FROM interlock
WHERE enterprise = %(enterprise)s AND tag = %(tag)s;

-- name: loop_versions
-- Every version of a loop below a number, newest first.
SELECT * FROM interlock
WHERE enterprise = %(enterprise)s AND tag = %(tag)s AND version < %(below)s
ORDER BY version DESC LIMIT %(limit)s;

-- name: insert_loop
-- A version of a loop, in force from its beginning on.
INSERT INTO interlock (enterprise, tag, version, name, name_en, description, hazard_source, voting,
                       causes, effects, sil, proof_test_days, proof_tested_on, state_tag, required,
                       fitted, basis, created_at, valid_from, valid_to, changed_by, reason,
                       removed, book_version)
VALUES (%(enterprise)s, %(tag)s, %(version)s, %(name)s, %(name_en)s, %(description)s,
        %(hazard_source)s, %(voting)s, %(causes)s, %(effects)s, %(sil)s, %(proof_test_days)s,
        %(proof_tested_on)s, %(state_tag)s, %(required)s, %(fitted)s, %(basis)s, %(created_at)s,
        %(valid_from)s, %(valid_to)s, %(changed_by)s, %(reason)s, %(removed)s, %(book)s);

-- name: removed_loops
-- The newest versions of loops that are in the register no more.
SELECT * FROM (
    SELECT DISTINCT ON (enterprise, tag) * FROM interlock
    WHERE (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s))
      AND (enterprise, tag) > (%(after_enterprise)s, %(after_tag)s)
    ORDER BY enterprise, tag, version DESC) AS newest
WHERE valid_to IS NOT NULL ORDER BY enterprise, tag LIMIT %(limit)s;

-- name: loop_stretches
-- The versions of these enterprises' loops (of one loop, if one is named) that were in force at some
-- time in a stretch, in order of time.
SELECT * FROM interlock
WHERE (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s))
  AND (%(tag)s::text IS NULL OR tag = %(tag)s)
  AND valid_from < %(until)s AND (valid_to IS NULL OR valid_to > greatest(%(since)s, valid_from))
ORDER BY enterprise, tag, version LIMIT %(limit)s;

-- name: points_of
-- The numbers of points by tag, of those that are registered no more, too.
SELECT point.enterprise, point.tag, point.id
FROM unnest(%(enterprises)s::text[], %(tags)s::text[]) AS its (enterprise, tag)
JOIN point USING (enterprise, tag);

-- name: close_loop
-- The end of the version that is in force.
UPDATE interlock SET valid_to = greatest(%(valid_to)s, valid_from), book_version = %(book)s
WHERE enterprise = %(enterprise)s AND tag = %(tag)s AND valid_to IS NULL;

-- name: open_bypasses
-- Bypasses touched by a change after the known version; at first only those that are not closed.
SELECT * FROM interlock_bypass
WHERE book_version > %(known)s AND (%(known)s > 0 OR closed_at IS NULL);

-- name: bypass
-- One, as it stands.
SELECT * FROM interlock_bypass
WHERE id = %(id)s AND (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s));

-- name: bypasses_of
-- Those of a loop that are not closed.
SELECT * FROM interlock_bypass
WHERE enterprise = %(enterprise)s AND loop = %(loop)s AND closed_at IS NULL;

-- name: bypass_page
-- A page of them, newest first, after a place in that order.
SELECT * FROM interlock_bypass
WHERE (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s))
  AND (%(loop)s::text IS NULL OR loop = %(loop)s)
  AND (NOT %(open)s OR closed_at IS NULL)
  AND (%(before)s::timestamptz IS NULL OR applied_at < %(before)s
       OR (applied_at = %(before)s AND id > %(after_id)s))
ORDER BY applied_at DESC, id LIMIT %(limit)s;

-- name: insert_bypass
-- A new application.
INSERT INTO interlock_bypass (enterprise, id, loop, cause, kind, reason, risk, measures, length_ms,
                              applied, starts_at, points, applied_at, book_version)
VALUES (%(enterprise)s, %(id)s, %(loop)s, %(cause)s, %(kind)s, %(reason)s, %(risk)s, %(measures)s,
        %(length_ms)s, %(applied)s, %(starts_at)s, %(points)s, %(applied_at)s, %(book)s);

-- name: update_bypass
-- As it stands after an act.
UPDATE interlock_bypass SET approvals = %(approvals)s, refused = %(refused)s,
    extensions = %(extensions)s, restored = %(restored)s, verified = %(verified)s,
    since = %(since)s, until = %(until)s, closed_at = %(closed_at)s, book_version = %(book)s
WHERE enterprise = %(enterprise)s AND id = %(id)s;

-- name: insert_act
-- What was done to a bypass.
INSERT INTO interlock_bypass_act (enterprise, bypass, number, act, by, at, note, hours)
SELECT %(enterprise)s, %(bypass)s, coalesce(max(number), 0) + 1, %(act)s, %(by)s, %(at)s, %(note)s,
       %(hours)s
FROM interlock_bypass_act WHERE enterprise = %(enterprise)s AND bypass = %(bypass)s;

-- name: acts
-- What was done to a bypass, in order.
SELECT act, by, at, note, hours FROM interlock_bypass_act
WHERE enterprise = %(enterprise)s AND bypass = %(bypass)s ORDER BY number;

-- name: outages
-- The approved outages that touch a time, of loops of these enterprises.
SELECT enterprise, loop, since, until FROM interlock_bypass
WHERE kind = 'outage' AND since < %(until)s AND until > %(since)s
  AND (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s));

-- name: state_changes
-- The changes of these points in a time, and the last one before it.
SELECT change.point_id, change.at, change.state
FROM unnest(%(enterprises)s::text[], %(points)s::integer[]) AS its (enterprise, point_id)
CROSS JOIN LATERAL (
    (SELECT point_id, at, state FROM interlock_change
     WHERE enterprise = its.enterprise AND point_id = its.point_id AND at <= %(since)s
     ORDER BY at DESC LIMIT 1)
    UNION ALL
    SELECT point_id, at, state FROM interlock_change
    WHERE enterprise = its.enterprise AND point_id = its.point_id
      AND at > %(since)s AND at < %(until)s) AS change
ORDER BY change.point_id, change.at
LIMIT %(limit)s;

-- name: gateway_marks
-- When the gateways of those points whose states hold without an end went and came back: in a time,
-- and the last few before it.
SELECT point.id, event.kind, event.at, event.last_at
FROM unnest(%(enterprises)s::text[], %(points)s::integer[]) AS its (enterprise, id)
JOIN point ON point.enterprise = its.enterprise AND point.id = its.id
    AND coalesce(point.period_s, 0) <= 0 AND point.gateway IS NOT NULL
CROSS JOIN LATERAL (
    (SELECT kind, at, last_at FROM gateway_event
     WHERE enterprise = its.enterprise AND gateway = point.gateway
       AND kind = ANY(%(kinds)s) AND at <= %(since)s
     ORDER BY id DESC LIMIT 8)
    UNION ALL
    SELECT kind, at, last_at FROM gateway_event
    WHERE enterprise = its.enterprise AND gateway = point.gateway
      AND kind = ANY(%(kinds)s) AND at > %(since)s AND at < %(until)s) AS event
LIMIT %(limit)s;

-- name: input_alarms
-- The alarms of these points that stood at some time in a stretch: each level that one reached, and
-- when; the alarm's row tells only its last. Where the journal has no beginning of it, that row.
SELECT its.tag, its.id, level.condition, min(level.at) AS at, its.cleared_at, level."limit"
FROM (SELECT * FROM alarm
      WHERE enterprise = %(enterprise)s AND tag = ANY(%(tags)s) AND NOT exercise
        AND raised_at < %(until)s AND (cleared_at IS NULL OR cleared_at >= %(since)s)
      ORDER BY raised_at DESC, id LIMIT %(limit)s) AS its
LEFT JOIN LATERAL (
    SELECT body::jsonb #>> '{alarm,condition}' AS condition,
           (body::jsonb #>> '{alarm,limit}')::double precision AS "limit",
           CASE event WHEN 'raised' THEN its.raised_at ELSE journal.at END AS at,
           bool_or(event = 'raised') OVER () AS whole
    FROM journal WHERE enterprise = its.enterprise AND alarm_id = its.id
        AND event IN ('raised', 'escalated')) AS told ON told.whole
CROSS JOIN LATERAL (
    SELECT coalesce(told.condition, its.condition) AS condition, coalesce(told.at, its.raised_at) AS at,
           CASE WHEN told.condition IS NULL THEN its."limit" ELSE told."limit" END AS "limit") AS level
GROUP BY its.tag, its.id, level.condition, its.cleared_at, level."limit"
ORDER BY 4, 2;

-- name: trip_words
-- The newest word on each trip of a loop in a time.
SELECT DISTINCT ON (tripped_at) tripped_at, kind, cause, by, said_at
FROM interlock_trip_word
WHERE enterprise = %(enterprise)s AND tag = %(tag)s
  AND tripped_at >= %(since)s AND tripped_at < %(until)s
ORDER BY tripped_at, said_at DESC;

-- name: insert_word
-- What somebody says of a trip.
INSERT INTO interlock_trip_word (enterprise, tag, tripped_at, said_at, kind, cause, by)
VALUES (%(enterprise)s, %(tag)s, %(tripped_at)s, %(said_at)s, %(kind)s, %(cause)s, %(by)s);
