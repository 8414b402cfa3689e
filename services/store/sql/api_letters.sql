-- name: ask
-- Have the letters read again that are there now and fit.
INSERT INTO letter_request (enterprise, asked_by, ids, gateway, topic, reason, since, until,
                            last_id)
SELECT %(enterprise)s, %(asked_by)s, %(ids)s::bigint[], %(gateway)s, %(topic)s, %(reason)s,
       %(since)s, %(until)s,
       coalesce((SELECT max(id) FROM dead_letter WHERE enterprise = %(enterprise)s), 0)
RETURNING enterprise, id, asked_by, asked_at, ids, gateway, topic, reason, since, until,
          examined, used, stored, finished_at;

-- name: waiting
-- How many wishes of an enterprise are not fulfilled.
SELECT count(*) FROM letter_request
WHERE enterprise = %(enterprise)s AND finished_at IS NULL;

-- name: requests
-- A page of the wishes, newest first.
SELECT enterprise, id, asked_by, asked_at, ids, gateway, topic, reason, since, until,
       examined, used, stored, finished_at
FROM letter_request
WHERE (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s))
  AND (%(before)s::bigint IS NULL OR id < %(before)s)
ORDER BY id DESC LIMIT %(limit)s;

-- name: days
-- A page of what each gateway's days hold and dropped, newest day first.
SELECT enterprise, gateway, day, letters, bytes, dropped, dropped_bytes, removed
FROM dead_letter_day
WHERE (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s))
  AND (%(after_day)s::date IS NULL OR day < %(after_day)s::date
       OR (day = %(after_day)s::date
           AND (enterprise, gateway) > (%(after_enterprise)s, %(after_gateway)s)))
ORDER BY day DESC, enterprise, gateway LIMIT %(limit)s;
