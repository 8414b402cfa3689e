-- name: page
-- Receivers in the order of their owner and name, after a place in it, with what waits for each.
SELECT enterprise, id, name, url, secret, language, grades, exercises, active, by_park, created_at,
       failures, failing_since, last_fault, last_sent_at, next_at, sent, given_up, left_out,
       (SELECT count(*) FROM notice
        WHERE notice.enterprise = its.enterprise AND notice.receiver = its.id
          AND notice.state IN ('waiting', 'claimed', 'failed')) AS waiting
FROM notice_receiver AS its
WHERE (enterprise, id) > (%(after_enterprise)s, %(after)s)
ORDER BY enterprise, id LIMIT %(limit)s;

-- name: one
-- One receiver, locked against another change of it.
SELECT enterprise, id, name, url, secret, language, grades, exercises, active, by_park, created_at,
       failures, failing_since, last_fault, last_sent_at, next_at, sent, given_up, left_out,
       (SELECT count(*) FROM notice
        WHERE notice.enterprise = its.enterprise AND notice.receiver = its.id
          AND notice.state IN ('waiting', 'claimed', 'failed')) AS waiting
FROM notice_receiver AS its WHERE id = %(id)s FOR NO KEY UPDATE;

-- name: shown
-- One receiver, to be looked at.
SELECT enterprise, id, name, url, secret, language, grades, exercises, active, by_park, created_at,
       failures, failing_since, last_fault, last_sent_at, next_at, sent, given_up, left_out,
       (SELECT count(*) FROM notice
        WHERE notice.enterprise = its.enterprise AND notice.receiver = its.id
          AND notice.state IN ('waiting', 'claimed', 'failed')) AS waiting
FROM notice_receiver AS its WHERE id = %(id)s;

-- name: lock
-- Nobody else makes a receiver until the end of this transaction.
SELECT pg_advisory_xact_lock(hashtext('notice_receiver'));

-- name: count
-- How many receivers somebody has.
SELECT count(*) FROM notice_receiver WHERE enterprise = %(enterprise)s;

-- name: insert
-- A new receiver.
INSERT INTO notice_receiver (enterprise, id, name, url, secret, language, grades, exercises, active,
                             by_park, created_at)
VALUES (%(enterprise)s, %(id)s, %(name)s, %(url)s, %(secret)s, %(language)s, %(grades)s,
        %(exercises)s, %(active)s, %(by_park)s, %(created_at)s);

-- name: change
-- What a receiver is told, and by which secret; it is asked again at once.
UPDATE notice_receiver
SET name = %(name)s, secret = %(secret)s, language = %(language)s, grades = %(grades)s,
    exercises = %(exercises)s, active = %(active)s, next_at = 'epoch'
WHERE enterprise = %(enterprise)s AND id = %(id)s;

-- name: secrets
-- Every receiver's secret, to be sealed by a new key; nobody changes one meanwhile.
SELECT enterprise, id, secret FROM notice_receiver ORDER BY enterprise, id FOR NO KEY UPDATE;

-- name: put_secret
-- The same secret, sealed by another key.
UPDATE notice_receiver SET secret = %(secret)s WHERE enterprise = %(enterprise)s AND id = %(id)s;

-- name: delete
-- A receiver is told nothing any more.
DELETE FROM notice_receiver WHERE id = %(id)s RETURNING id;

-- name: notices
-- A page of what receivers were told or are to be told, newest first, after a place in that order.
SELECT enterprise, receiver, about, seq, alarm_id, event, grade, exercise, at, queued_at, state,
       attempts, tried_at, status, fault
FROM notice
WHERE (%(receiver)s::text IS NULL OR receiver = %(receiver)s)
  AND (%(state)s::text IS NULL OR state = %(state)s)
  AND (%(before)s::timestamptz IS NULL
       OR (queued_at, enterprise, receiver, about, seq)
          < (%(before)s, %(before_enterprise)s, %(before_receiver)s, %(before_about)s, %(before_seq)s))
ORDER BY queued_at DESC, enterprise DESC, receiver DESC, about DESC, seq DESC LIMIT %(limit)s;

-- name: look
-- How notices do in the whole park: what waits, was given up or found no room, which receivers fail,
-- and since when something waits that could be sent.
SELECT (SELECT count(*) FROM notice WHERE state IN ('waiting', 'claimed', 'failed')),
       coalesce(sum(sent), 0)::bigint, coalesce(sum(given_up), 0)::bigint,
       coalesce(sum(left_out), 0)::bigint, count(*) FILTER (WHERE active AND failures > 0),
       min(greatest(oldest.queued_at, its.next_at)) FILTER (
           WHERE active AND oldest.queued_at IS NOT NULL
             AND its.next_at <= %(now)s AND its.claimed_until <= %(now)s)
FROM notice_receiver AS its
LEFT JOIN LATERAL (
    SELECT queued_at FROM notice
    WHERE notice.enterprise = its.enterprise AND notice.receiver = its.id
      AND notice.state IN ('waiting', 'claimed', 'failed')
    ORDER BY queued_at LIMIT 1
) AS oldest ON true;
