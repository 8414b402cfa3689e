-- name: insert
-- A hand-over that whoever gives it has signed.
INSERT INTO handover (enterprise, id, since, at, given_by, note, standing, unacknowledged, off_board,
                      loops_out, sha256)
VALUES (%(enterprise)s, %(id)s, %(since)s, %(at)s, %(given_by)s, %(note)s, %(standing)s,
        %(unacknowledged)s, %(off_board)s, %(loops_out)s, %(sha256)s);

-- name: insert_record
-- What was handed over, as it was hashed.
INSERT INTO handover_record (enterprise, id, sha256, record)
VALUES (%(enterprise)s, %(id)s, %(sha256)s, %(record)s);

-- name: page
-- A page of them, newest first, after a place in that order; `replaced`: there is a newer one.
SELECT enterprise, id, since, at, given_by, note, standing, unacknowledged, off_board, loops_out,
       sha256, taken_by, taken_at, taken_how, taken_note,
       EXISTS (SELECT FROM handover AS later WHERE later.enterprise = its.enterprise
               AND (later.at, later.id) > (its.at, its.id)) AS replaced
FROM handover AS its
WHERE (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s))
  AND (%(before)s::timestamptz IS NULL OR at < %(before)s OR (at = %(before)s AND id < %(before_id)s))
ORDER BY at DESC, id DESC LIMIT %(limit)s;

-- name: find
-- One of them.
SELECT enterprise, id, since, at, given_by, note, standing, unacknowledged, off_board, loops_out,
       sha256, taken_by, taken_at, taken_how, taken_note,
       EXISTS (SELECT FROM handover AS later WHERE later.enterprise = its.enterprise
               AND (later.at, later.id) > (its.at, its.id)) AS replaced
FROM handover AS its
WHERE id = %(id)s AND (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s));

-- name: hold
-- Of one shift desk: who signs or makes one goes before whoever comes later, until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended(%(enterprise)s, 7305808869229538160));

-- name: record
-- What was handed over, as it was hashed.
SELECT record FROM handover_record WHERE enterprise = %(enterprise)s AND id = %(id)s;

-- name: take
-- Signed by whoever takes over, once.
UPDATE handover SET taken_by = %(taken_by)s, taken_at = %(taken_at)s, taken_how = %(taken_how)s,
    taken_note = %(taken_note)s
WHERE enterprise = %(enterprise)s AND id = %(id)s AND taken_at IS NULL;
