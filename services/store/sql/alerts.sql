-- name: known_spool
-- Make sure that a spool has its row; a new one begins at nothing recorded.
INSERT INTO recorder (spool, position) VALUES (%(spool)s, 0) ON CONFLICT (spool) DO NOTHING;

-- name: position
-- How far a spool is recorded.
SELECT position FROM recorder WHERE spool = %(spool)s;

-- name: move_position
-- Move the position on, if nobody else did: the same records are never recorded twice.
UPDATE recorder SET position = %(new)s WHERE spool = %(spool)s AND position = %(old)s;

-- name: chain_heads
-- The last journal row of each of these enterprises.
SELECT wanted.enterprise, head.seq, head.hash
FROM unnest(%(enterprises)s::text[]) AS wanted (enterprise)
CROSS JOIN LATERAL (
    SELECT seq, hash FROM journal
    WHERE journal.enterprise = wanted.enterprise ORDER BY seq DESC LIMIT 1
) AS head;

-- name: last_told
-- The last journal row of each of these alarms.
SELECT wanted.enterprise, wanted.id, told.body
FROM unnest(%(enterprises)s::text[], %(ids)s::text[]) AS wanted (enterprise, id)
CROSS JOIN LATERAL (
    SELECT body FROM journal
    WHERE journal.enterprise = wanted.enterprise AND journal.alarm_id = wanted.id
    ORDER BY seq DESC LIMIT 1
) AS told;

-- name: append_journal
-- One more row of an enterprise's chain.
INSERT INTO journal (enterprise, seq, alarm_id, at, noted_at, event, body, previous, hash)
VALUES (%(enterprise)s, %(seq)s, %(alarm_id)s, %(at)s, %(noted_at)s, %(event)s, %(body)s,
        %(previous)s, %(hash)s);

-- name: put_alarm
-- An alarm as it stands after its last transition.
INSERT INTO alarm (enterprise, id, point_id, tag, direction, rule, rule_version, condition,
                   "limit", grade, state, value, raised_at, received_at, historical, cleared_at,
                   acknowledged_at, acknowledged_by, closed_as, superseded, subject_type,
                   subject_id, facts, judged, exercise, off, latch, realarm_ms,
                   first_out_rank, in_minute, group_code)
VALUES (%(enterprise)s, %(id)s, %(point_id)s, %(tag)s, %(direction)s, %(rule)s, %(rule_version)s,
        %(condition)s, %(limit)s, %(grade)s, %(state)s, %(value)s, %(raised_at)s, %(received_at)s,
        %(historical)s, %(cleared_at)s, %(acknowledged_at)s, %(acknowledged_by)s, %(closed_as)s,
        %(superseded)s, %(subject_type)s, %(subject_id)s, %(facts)s::jsonb, %(judged)s,
        %(exercise)s, %(off)s::jsonb, %(latch)s, %(realarm_ms)s,
        %(first_out_rank)s, %(in_minute)s, %(group)s)
ON CONFLICT (enterprise, id) DO UPDATE SET
    rule = excluded.rule, rule_version = excluded.rule_version, condition = excluded.condition,
    "limit" = excluded."limit", grade = excluded.grade, state = excluded.state,
    value = excluded.value, raised_at = excluded.raised_at, received_at = excluded.received_at,
    historical = excluded.historical, cleared_at = excluded.cleared_at,
    acknowledged_at = excluded.acknowledged_at, acknowledged_by = excluded.acknowledged_by,
    closed_as = excluded.closed_as, superseded = excluded.superseded, facts = excluded.facts,
    judged = excluded.judged, exercise = excluded.exercise, off = excluded.off,
    latch = excluded.latch, realarm_ms = excluded.realarm_ms,
    first_out_rank = excluded.first_out_rank, in_minute = excluded.in_minute,
    group_code = excluded.group_code;

-- name: put_state
-- The judged state of a point from a moment on.
INSERT INTO point_state (point_id, at, state) VALUES (%(point_id)s, %(at)s, %(state)s)
ON CONFLICT (point_id, at) DO UPDATE SET state = excluded.state;

-- name: state_before
-- The last judged state on record before a moment.
SELECT state FROM point_state
WHERE point_id = %(point_id)s AND at < %(before)s ORDER BY at DESC LIMIT 1;

-- name: states_after
-- The judged states on record after a moment, in order.
SELECT state FROM point_state
WHERE point_id = %(point_id)s AND at > %(after)s ORDER BY at;

-- name: arrived
-- Of these (point, measured at), the ones that are stored, by their place in the list.
SELECT wanted.n
FROM unnest(%(points)s::integer[], %(moments)s::timestamptz[]) WITH ORDINALITY
     AS wanted (point_id, moment, n)
WHERE EXISTS (
    SELECT FROM reading
    WHERE reading.point_id = wanted.point_id AND reading.measured_at = wanted.moment
);

-- name: count_readings
-- How many readings of a point are stored in a stretch of time.
SELECT count(*) FROM reading
WHERE point_id = %(point_id)s AND measured_at BETWEEN %(start)s AND %(until)s;

-- name: readings_after
-- The stored readings of a point in the order in which they are judged, after a judging time.
SELECT measured_at, received_at, value, quality, flags FROM reading
WHERE point_id = %(point_id)s AND measured_at > %(after)s AND received_at > %(after)s
ORDER BY least(measured_at, received_at), measured_at;

-- name: alarms_overlapping
-- The alarms of a point's limits that are not closed, or were standing in a stretch of time, or have
-- one of these identities (a corrected one may lie elsewhere by now).
SELECT enterprise, id, point_id, tag, direction, rule, rule_version, condition, "limit", grade,
       state, value, raised_at, received_at, historical, cleared_at, acknowledged_at,
       acknowledged_by, closed_as, superseded, subject_type, subject_id, facts, judged, exercise,
       off, latch, realarm_ms, first_out_rank, in_minute, group_code AS "group"
FROM alarm
WHERE direction IS NOT NULL AND point_id = %(point_id)s
  AND (closed_as IS NULL
       OR id = ANY(%(ids)s)
       OR (raised_at <= %(until)s AND coalesce(cleared_at, 'infinity') >= %(start)s))
ORDER BY raised_at, id;

-- name: alarms_open
-- Every alarm that is not closed: what an engine without a memory of its own starts from.
SELECT enterprise, id, point_id, tag, direction, rule, rule_version, condition, "limit", grade,
       state, value, raised_at, received_at, historical, cleared_at, acknowledged_at,
       acknowledged_by, closed_as, superseded, subject_type, subject_id, facts, judged, exercise,
       off, latch, realarm_ms, first_out_rank, in_minute, group_code AS "group"
FROM alarm WHERE closed_as IS NULL ORDER BY raised_at, id;

-- name: newest_states
-- The last judged state on record of each point that has a rule.
SELECT newest.state
FROM (SELECT DISTINCT point.id FROM rule JOIN point USING (enterprise, tag)
      WHERE rule.valid_to IS NULL) AS ruled
CROSS JOIN LATERAL (
    SELECT state FROM point_state
    WHERE point_state.point_id = ruled.id ORDER BY at DESC LIMIT 1
) AS newest;
