-- name: version
-- How far the register is: the first look, cheap enough for several times a second.
SELECT version FROM book;

-- name: points
-- The points that a change after the known version touched; those that are gone come last.
SELECT id, enterprise, tag, kind, unit, range_low, range_high, gateway, hazard_source,
       substance, name, name_en, period_s, reporting, exercise_from, exercise_until, formula,
       maintenance, deleted_at IS NOT NULL AS removed
FROM point
WHERE book_version > %(known)s AND (%(known)s > 0 OR deleted_at IS NULL)
ORDER BY removed, id;

-- name: rules
-- The versions of limit rules that a change after the known version touched.
SELECT rule.id, rule.version, rule.enterprise, point.id AS point_id, rule.condition,
       rule."limit", rule.grade, rule.deadband, rule.on_delay_s, rule.off_delay_s,
       rule.valid_from, rule.owner, rule.valid_until, rule.latch, rule.realarm_s,
       least(rule.valid_to, CASE WHEN rule.valid_until <= now() THEN rule.valid_until END)
           AS valid_to
FROM rule JOIN point USING (enterprise, tag)
WHERE rule.book_version > %(known)s AND rule.kind = 'limit'
ORDER BY rule.enterprise, rule.id, rule.version;

-- name: whole_points
-- All points that are there, each as JSON by the names of `services.domain.point.Point`.
SELECT row_to_json(its)::text
FROM (
    SELECT id, enterprise, tag, kind, unit, range_low, range_high, gateway, hazard_source,
           substance, name, name_en, period_s, reporting, formula, maintenance,
           CASE WHEN exercise_from IS NOT NULL THEN json_build_array(
               (extract(epoch FROM exercise_from) * 1000)::bigint,
               (extract(epoch FROM exercise_until) * 1000)::bigint) END AS exercise
    FROM point WHERE deleted_at IS NULL
) AS its;

-- name: whole_rules
-- All versions of their limit rules, each as JSON by the names of `services.domain.rule.LimitRule`.
SELECT row_to_json(its)::text
FROM (
    SELECT rule.id, rule.version, rule.enterprise, point.id AS point_id, rule.condition,
           rule."limit", rule.grade, rule.deadband,
           round(rule.on_delay_s * 1000)::bigint AS on_delay_ms,
           round(rule.off_delay_s * 1000)::bigint AS off_delay_ms,
           (extract(epoch FROM rule.valid_from) * 1000)::bigint AS valid_from,
           (extract(epoch FROM least(
               rule.valid_to, CASE WHEN rule.valid_until <= now() THEN rule.valid_until END
           )) * 1000)::bigint AS valid_to,
           rule.owner, (extract(epoch FROM rule.valid_until) * 1000)::bigint AS valid_until,
           rule.latch, round(rule.realarm_s * 1000)::bigint AS realarm_ms
    FROM rule JOIN point USING (enterprise, tag)
    WHERE rule.kind = 'limit' AND point.deleted_at IS NULL
) AS its;

-- name: detectors
-- The versions of detector rules that a change after the known version touched, with their points.
SELECT rule.enterprise, rule.id, rule.version, rule.kind, rule.parameters, rule.grade,
       rule.on_delay_s, rule.off_delay_s, rule.latch, rule.realarm_s, rule.valid_from, rule.owner,
       rule.valid_until, rule.message, rule.group_code,
       least(rule.valid_to, CASE WHEN rule.valid_until <= now() THEN rule.valid_until END)
           AS valid_to,
       array_agg(its.name ORDER BY its.place) AS names,
       array_agg(point.id ORDER BY its.place) AS ids
FROM detector_rule AS rule
JOIN detector_rule_point AS its ON (its.enterprise, its.rule, its.version)
                                 = (rule.enterprise, rule.id, rule.version)
JOIN point ON (point.enterprise, point.tag) = (its.enterprise, its.tag)
WHERE rule.book_version > %(known)s AND (%(known)s > 0 OR rule.valid_to IS NULL)
GROUP BY rule.enterprise, rule.id, rule.version
ORDER BY rule.enterprise, rule.id, rule.version;

-- name: gone_gateways
-- The gateways that a change after the known version took out of the register.
SELECT enterprise, code, book_version FROM gateway
WHERE book_version > %(known)s AND deleted_at IS NOT NULL
ORDER BY book_version;

-- name: shelving
-- What the park allows to be taken off the board by hand; no row: what the code has.
SELECT version, policy FROM shelving_policy ORDER BY version DESC LIMIT 1;

-- name: permits
-- The approved bypasses of interlocks that a change after the known version touched.
SELECT enterprise, id, loop, points, kind, since, until, closed_at IS NOT NULL
FROM interlock_bypass
WHERE book_version > %(known)s AND since IS NOT NULL AND (%(known)s > 0 OR closed_at IS NULL)
ORDER BY enterprise, id;

-- name: groups
-- The groups that a change after the known version touched, with the points that are in them now.
SELECT its.enterprise, its.code, its.kind,
       array(SELECT point.id
             FROM detector_group_member AS member JOIN point USING (enterprise, tag)
             WHERE (member.enterprise, member.group_code) = (its.enterprise, its.code)
               AND point.deleted_at IS NULL
             ORDER BY point.tag COLLATE "C") AS members,
       its.deleted_at IS NOT NULL AS removed
FROM detector_group AS its
WHERE its.book_version > %(known)s AND (%(known)s > 0 OR its.deleted_at IS NULL)
ORDER BY its.enterprise, its.code;

-- name: suppressions
-- The versions of rules of suppression that a change after the known version touched, with the
-- numbers of the points that they wait for and aim at.
SELECT rule.enterprise, rule.id, rule.version, rule.name, rule.kind, rule.states, rule.direction,
       rule."limit", rule.deadband, rule.alarm, rule.grade, rule.off_delay_s, rule.reason,
       rule.valid_from, rule.valid_to, point.id AS point_id, point.kind AS point_kind,
       array_agg(target.id ORDER BY its.place) AS target_ids,
       array_agg(its.hazard_source ORDER BY its.place) AS target_sources,
       array_agg(its.alarm ORDER BY its.place) AS target_alarms
FROM suppression_rule AS rule
JOIN point USING (enterprise, tag)
JOIN suppression_target AS its ON (its.enterprise, its.rule, its.version)
                                = (rule.enterprise, rule.id, rule.version)
LEFT JOIN point AS target ON (target.enterprise, target.tag) = (its.enterprise, its.tag)
WHERE rule.book_version > %(known)s AND (%(known)s > 0 OR rule.valid_to IS NULL)
GROUP BY rule.enterprise, rule.id, rule.version, point.id, point.kind
ORDER BY rule.enterprise, rule.id, rule.version;
