-- name: claim_receivers
-- Receivers that something waits for and that nobody else works for; they are ours for a while.
WITH due AS (
    SELECT enterprise, id FROM notice_receiver AS its
    WHERE active AND next_at <= %(now)s AND claimed_until <= %(now)s
      AND EXISTS (SELECT FROM notice
                  WHERE notice.enterprise = its.enterprise AND notice.receiver = its.id
                    AND notice.state IN ('waiting', 'claimed', 'failed'))
    ORDER BY next_at, enterprise, id LIMIT %(most)s FOR UPDATE SKIP LOCKED
)
UPDATE notice_receiver AS its SET claimed_by = %(by)s, claimed_until = %(until)s
FROM due WHERE its.enterprise = due.enterprise AND its.id = due.id
RETURNING its.enterprise, its.id, its.url, its.secret, its.language, its.by_park, its.failures;

-- name: claim_next
-- The oldest notice of a receiver that is ours, also one whose sender was not heard of again.
WITH next AS (
    SELECT enterprise, receiver, about, seq FROM notice
    WHERE enterprise = %(enterprise)s AND receiver = %(receiver)s
      AND state IN ('waiting', 'claimed', 'failed')
      AND (state <> 'claimed' OR claimed_until <= %(now)s)
    ORDER BY queued_at, about, seq LIMIT 1 FOR UPDATE SKIP LOCKED
), ours AS (
    UPDATE notice AS its SET state = 'claimed', attempts = attempts + 1, tried_at = %(now)s,
                             claimed_until = %(until)s
    FROM next
    WHERE its.enterprise = next.enterprise AND its.receiver = next.receiver
      AND its.about = next.about AND its.seq = next.seq
    RETURNING its.about, its.seq, its.attempts
)
SELECT ours.about, ours.seq, ours.attempts, journal.body, coalesce(point.kind, '') AS kind,
       coalesce(point.unit, '') AS unit, point.name, point.name_en, point.hazard_source
FROM ours
JOIN journal ON journal.enterprise = ours.about AND journal.seq = ours.seq
LEFT JOIN point ON point.id = (journal.body::json #>> '{alarm,point_id}')::integer;

-- name: settle
-- What became of a try, for nobody who was too slow; and, at once, how its receiver does, while it is
-- ours.
WITH settled AS (
    UPDATE notice SET state = %(state)s, status = %(status)s, fault = %(fault)s, claimed_until = NULL
    WHERE enterprise = %(enterprise)s AND receiver = %(receiver)s AND about = %(about)s
      AND seq = %(seq)s AND state = 'claimed' AND attempts = %(attempts)s
)
UPDATE notice_receiver SET
    sent = sent + %(sent)s, given_up = given_up + %(given_up)s, failures = %(failures)s,
    failing_since = CASE WHEN %(failures)s = 0 THEN NULL
                         ELSE coalesce(failing_since, %(now)s) END,
    last_fault = coalesce(%(fault)s, last_fault),
    last_sent_at = CASE WHEN %(sent)s > 0 THEN %(now)s ELSE last_sent_at END
WHERE enterprise = %(enterprise)s AND id = %(receiver)s AND claimed_by = %(by)s;

-- name: leave
-- A receiver is ours no longer; nobody is to ask it before a moment.
UPDATE notice_receiver SET claimed_until = 'epoch', next_at = %(next_at)s
WHERE enterprise = %(enterprise)s AND id = %(receiver)s AND claimed_by = %(by)s;

-- name: release_notices
-- What a sender that ends had begun may be sent again at once.
UPDATE notice SET claimed_until = 'epoch'
FROM notice_receiver AS its
WHERE its.claimed_by = %(by)s AND its.claimed_until > %(now)s
  AND notice.enterprise = its.enterprise AND notice.receiver = its.id AND notice.state = 'claimed';

-- name: release_receivers
-- The receivers of a sender that ends are free.
UPDATE notice_receiver SET claimed_until = 'epoch' WHERE claimed_by = %(by)s;

-- name: give_up
-- What a receiver that fails, or is switched off, has not taken for too long; how many of each.
WITH gone AS (
    UPDATE notice SET state = 'given_up', claimed_until = NULL
    FROM notice_receiver AS its
    WHERE notice.enterprise = its.enterprise AND notice.receiver = its.id
      AND (its.failures > 0 OR NOT its.active)
      AND notice.state IN ('waiting', 'claimed', 'failed') AND notice.queued_at < %(before)s
      AND (notice.state <> 'claimed' OR notice.claimed_until <= %(now)s)
    RETURNING notice.enterprise, notice.receiver
), counted AS (
    SELECT enterprise, receiver, count(*) AS number FROM gone GROUP BY enterprise, receiver
)
UPDATE notice_receiver AS its SET given_up = its.given_up + counted.number
FROM counted WHERE its.enterprise = counted.enterprise AND its.id = counted.receiver
RETURNING its.enterprise, its.id, counted.number;

-- name: forget
-- A part of what was sent or given up long ago, and of what is for a receiver that is gone.
DELETE FROM notice WHERE ctid = ANY(ARRAY(
    SELECT its.ctid FROM notice AS its
    LEFT JOIN notice_receiver AS who ON who.enterprise = its.enterprise AND who.id = its.receiver
    WHERE (its.state = 'sent' AND its.queued_at < %(sent_before)s)
       OR (its.state = 'given_up' AND its.queued_at < %(given_up_before)s)
       OR who.id IS NULL
    LIMIT %(most)s
));

-- name: overdue_since
-- Since when something waits that could be sent: nobody sends, where that is long ago.
SELECT min(greatest(notice.queued_at, its.next_at))
FROM notice_receiver AS its
CROSS JOIN LATERAL (
    SELECT queued_at FROM notice
    WHERE notice.enterprise = its.enterprise AND notice.receiver = its.id
      AND notice.state IN ('waiting', 'claimed', 'failed')
    ORDER BY queued_at LIMIT 1
) AS notice
WHERE its.active AND its.next_at <= %(now)s AND its.claimed_until <= %(now)s;
