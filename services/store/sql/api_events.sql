-- name: known_log
-- Make a place for how far this log has been read.
INSERT INTO broker_log (path, head, position) VALUES (%(path)s, '', 0)
ON CONFLICT (path) DO NOTHING;

-- name: log_mark
-- How far this log has been read.
SELECT head, position FROM broker_log WHERE path = %(path)s;

-- name: move_mark
-- Move on, unless somebody else did meanwhile.
UPDATE broker_log SET head = %(head)s, position = %(position)s
WHERE path = %(path)s AND head = %(old_head)s AND position = %(old_position)s;

-- name: insert_event
-- A new event of a gateway; answers its number.
INSERT INTO gateway_event (enterprise, gateway, at, last_at, kind, detail, count)
VALUES (%(enterprise)s, %(gateway)s, %(at)s, %(last_at)s, %(kind)s, %(detail)s, %(count)s)
RETURNING id;

-- name: grow_event
-- The same thing again, soon after.
UPDATE gateway_event SET count = count + %(count)s, last_at = greatest(last_at, %(last_at)s)
WHERE enterprise = %(enterprise)s AND id = %(id)s;

-- name: events
-- A page of the gateways' events, newest first.
SELECT enterprise, id, gateway, at, last_at, kind, detail, count
FROM gateway_event
WHERE (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s))
  AND (%(gateway)s::text IS NULL OR gateway = %(gateway)s)
  AND (%(kind)s::text IS NULL OR kind = %(kind)s)
  AND (%(before)s::bigint IS NULL OR id < %(before)s)
ORDER BY id DESC LIMIT %(limit)s;

-- name: tell_broker_store
-- An event of all of an enterprise's gateways, where the last of these told something else.
INSERT INTO gateway_event (enterprise, gateway, at, last_at, kind, detail, count)
SELECT e.code, '', %(at)s, %(at)s, %(kind)s, %(detail)s, 1
FROM enterprise AS e
WHERE e.deleted_at IS NULL AND %(kind)s <> coalesce(
    (
        SELECT g.kind FROM gateway_event AS g
        WHERE g.enterprise = e.code AND g.gateway = ''
          AND g.kind IN ('broker_store_half', 'broker_store_full', 'broker_store_well')
        ORDER BY g.id DESC LIMIT 1
    ),
    'broker_store_well'
);
