-- name: insert
-- What somebody asks a second person to approve.
INSERT INTO approval (enterprise, id, action, alarm_id, reason, minutes, permit, applicant,
                      applied_at, expires_at, subject_type, subject_id, direction, rule, grade,
                      "limit", proposal)
VALUES (%(enterprise)s, %(id)s, %(action)s, %(alarm_id)s, %(reason)s, %(minutes)s, %(permit)s,
        %(applicant)s, %(applied_at)s, %(expires_at)s, %(subject_type)s, %(subject_id)s,
        %(direction)s, %(rule)s, %(grade)s, %(limit)s,
        %(proposal)s);

-- name: hold_room
-- Of one enterprise: who counts first adds first, until the end of the transaction.
SELECT pg_advisory_xact_lock(hashtextextended(%(enterprise)s, 7305808869229538159));

-- name: waiting
-- How many of an enterprise wait at a moment.
SELECT count(*) FROM approval
WHERE enterprise = %(enterprise)s AND state = 'pending' AND expires_at > %(now)s;

-- name: locked
-- One, held until it is decided.
SELECT enterprise, id, action, alarm_id, reason, minutes, permit, applicant, applied_at,
       expires_at, state, decided_by, decided_at, note, subject_type, subject_id, direction, rule,
       grade, "limit", proposal
FROM approval
WHERE id = %(id)s AND (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s))
FOR UPDATE;

-- name: decide
-- Approved or refused, by whom.
UPDATE approval SET state = %(state)s, decided_by = %(decided_by)s, decided_at = %(decided_at)s,
    note = %(note)s
WHERE enterprise = %(enterprise)s AND id = %(id)s AND state = 'pending';

-- name: page
-- A page of them, newest first, after a place in that order.
SELECT enterprise, id, action, alarm_id, reason, minutes, permit, applicant, applied_at,
       expires_at, state, decided_by, decided_at, note, subject_type, subject_id, direction, rule,
       grade, "limit", proposal
FROM approval
WHERE (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s))
  AND (NOT %(pending)s OR (state = 'pending' AND expires_at > %(now)s))
  AND (%(before)s::timestamptz IS NULL OR applied_at < %(before)s
       OR (applied_at = %(before)s AND id > %(after_id)s))
ORDER BY applied_at DESC, id LIMIT %(limit)s;

-- name: prune
-- Those that are older than they are kept.
DELETE FROM approval WHERE applied_at < %(before)s;
