-- name: put_station
-- A simulator that is ready for drills, and what it can play.
INSERT INTO drill_station (name, scenarios, seen_at)
VALUES (%(name)s, %(scenarios)s, %(seen_at)s)
ON CONFLICT (name) DO UPDATE SET scenarios = excluded.scenarios, seen_at = excluded.seen_at;

-- name: hear_station
-- A simulator asked for its orders.
UPDATE drill_station SET seen_at = %(seen_at)s WHERE name = %(name)s RETURNING name;

-- name: forget_stations
-- Simulators that were not heard of for long.
DELETE FROM drill_station WHERE seen_at < %(before)s;

-- name: stations
-- The simulators that were heard of since a moment.
SELECT name, scenarios, seen_at FROM drill_station WHERE seen_at >= %(since)s ORDER BY name;

-- name: order_drill
-- A new drill; nothing comes back while another one is not finished.
INSERT INTO drill (scenario, title, title_en, duration_s, gateways, target_s, note, ordered_by,
                   ordered_at, station)
VALUES (%(scenario)s, %(title)s, %(title_en)s, %(duration_s)s, %(gateways)s, %(target_s)s,
        %(note)s, %(ordered_by)s, %(ordered_at)s, %(station)s)
ON CONFLICT ((true)) WHERE finished_at IS NULL DO NOTHING
RETURNING id, scenario, title, title_en, duration_s, gateways, target_s, note, ordered_by,
          ordered_at, station, began_at, ends_at, finished_at, finished_by, outcome, record, sha256;

-- name: begin_drill
-- A drill that was ordered begins; nothing comes back for one that began or is over.
UPDATE drill SET began_at = %(now)s, ends_at = %(ends_at)s
WHERE id = %(id)s AND began_at IS NULL AND finished_at IS NULL
RETURNING id, scenario, title, title_en, duration_s, gateways, target_s, note, ordered_by,
          ordered_at, station, began_at, ends_at, finished_at, finished_by, outcome, record, sha256;

-- name: finish_drill
-- The end of a drill, once.
UPDATE drill SET finished_at = %(now)s, finished_by = %(by)s, outcome = %(outcome)s,
                 record = %(record)s, sha256 = %(sha256)s
WHERE id = %(id)s AND finished_at IS NULL
RETURNING id, scenario, title, title_en, duration_s, gateways, target_s, note, ordered_by,
          ordered_at, station, began_at, ends_at, finished_at, finished_by, outcome, record, sha256;

-- name: drill
-- One drill.
SELECT id, scenario, title, title_en, duration_s, gateways, target_s, note, ordered_by,
       ordered_at, station, began_at, ends_at, finished_at, finished_by, outcome, record, sha256
FROM drill WHERE id = %(id)s;

-- name: unfinished
-- The drill that is not finished, if there is one.
SELECT id, scenario, title, title_en, duration_s, gateways, target_s, note, ordered_by,
       ordered_at, station, began_at, ends_at, finished_at, finished_by, outcome, record, sha256
FROM drill WHERE finished_at IS NULL;

-- name: drills
-- A page of drills, newest first.
SELECT id, scenario, title, title_en, duration_s, gateways, target_s, note, ordered_by,
       ordered_at, station, began_at, ends_at, finished_at, finished_by, outcome, record, sha256
FROM drill WHERE %(before)s::bigint IS NULL OR id < %(before)s
ORDER BY id DESC LIMIT %(limit)s;

-- name: twin_enterprise
-- A twin of an enterprise, new or come back.
INSERT INTO enterprise (code, name, name_en, book_version)
SELECT %(twin)s, '【演练】' || name, 'Drill: ' || coalesce(name_en, name), %(version)s
FROM enterprise WHERE code = %(enterprise)s AND deleted_at IS NULL
ON CONFLICT (code) DO UPDATE
SET name = excluded.name, name_en = excluded.name_en, deleted_at = NULL,
    book_version = excluded.book_version
RETURNING code;

-- name: points_to_twin
-- How many points a gateway has that a twin gets copies of.
SELECT count(*) FROM point
WHERE enterprise = %(enterprise)s AND gateway = ANY(%(gateways)s) AND deleted_at IS NULL
  AND formula IS NULL;

-- name: twin_points
-- Copies of the points of some gateways, without their hazard source, under numbers that nobody has.
-- A copy that comes back keeps its number.
INSERT INTO point (enterprise, tag, id, kind, unit, range_low, range_high, substance, gateway, name,
                   name_en, period_s, reporting, equipment, book_version)
SELECT %(twin)s, its.tag, fresh.id, its.kind, its.unit, its.range_low, its.range_high,
       its.substance, its.gateway, its.name, its.name_en, its.period_s, its.reporting,
       its.equipment, %(version)s
FROM (SELECT *, row_number() OVER (ORDER BY tag) AS place FROM point
      WHERE enterprise = %(enterprise)s AND gateway = ANY(%(gateways)s) AND deleted_at IS NULL
        AND formula IS NULL) AS its
JOIN unnest(%(ids)s::integer[]) WITH ORDINALITY AS fresh (id, place) USING (place)
ON CONFLICT (enterprise, tag) DO UPDATE
SET kind = excluded.kind, unit = excluded.unit, range_low = excluded.range_low,
    range_high = excluded.range_high, substance = excluded.substance, gateway = excluded.gateway,
    name = excluded.name, name_en = excluded.name_en, period_s = excluded.period_s,
    reporting = excluded.reporting, equipment = excluded.equipment, deleted_at = NULL,
    book_version = excluded.book_version;

-- name: twin_rules
-- Copies of the limits that are in force for the points that got copies, from now on.
INSERT INTO rule (enterprise, id, version, tag, kind, condition, "limit", grade, deadband,
                  on_delay_s, off_delay_s, valid_from, created_by, message, cause, consequence,
                  action, respond_within_s, latch, realarm_s, book_version)
SELECT %(twin)s, %(prefix)s || rule.id, 1, rule.tag, rule.kind, rule.condition, rule."limit",
       rule.grade, rule.deadband, rule.on_delay_s, rule.off_delay_s, %(now)s, %(by)s, rule.message,
       rule.cause, rule.consequence, rule.action, rule.respond_within_s, rule.latch,
       rule.realarm_s, %(version)s
FROM rule JOIN point AS its ON (its.enterprise, its.tag) = (%(twin)s, rule.tag)
WHERE rule.enterprise = %(enterprise)s AND rule.kind = 'limit' AND rule.valid_to IS NULL
  AND coalesce(rule.valid_until, 'infinity') > %(now)s AND its.deleted_at IS NULL;

-- name: end_twin_rules
-- The limits of twins end.
UPDATE rule SET valid_to = greatest(%(now)s, valid_from), book_version = %(version)s,
       ended_by = %(by)s, ended_reason = 'the drill is over'
WHERE enterprise = ANY(%(twins)s) AND valid_to IS NULL;

-- name: end_twin_points
-- Twins' points go.
UPDATE point SET deleted_at = %(now)s, book_version = %(version)s
WHERE enterprise = ANY(%(twins)s) AND deleted_at IS NULL;

-- name: end_twin_gateways
-- Twins' gateways may come in no more.
UPDATE gateway SET deleted_at = %(now)s, book_version = %(version)s
WHERE enterprise = ANY(%(twins)s) AND deleted_at IS NULL;

-- name: end_twins
-- The twins go.
UPDATE enterprise SET deleted_at = %(now)s, book_version = %(version)s
WHERE code = ANY(%(twins)s) AND deleted_at IS NULL;

-- name: played
-- The journal of twins' alarms since a moment, in its order.
SELECT alarm_id, enterprise,
       coalesce(body::jsonb -> 'alarm' ->> 'tag', body::jsonb -> 'alarm' -> 'subject' ->> 'id', '')
           AS subject,
       event, noted_at, body::jsonb ->> 'actor' AS actor,
       (body::jsonb -> 'alarm' ->> 'grade')::integer AS grade,
       body::jsonb -> 'alarm' ->> 'condition' AS condition,
       (body::jsonb -> 'alarm' ->> 'historical')::boolean AS historical,
       coalesce(jsonb_typeof(body::jsonb -> 'alarm' -> 'off') = 'object', false) AS off
FROM journal
WHERE enterprise = ANY(%(twins)s) AND noted_at >= %(since)s
ORDER BY noted_at, enterprise, seq LIMIT %(limit)s;
