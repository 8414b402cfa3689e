-- name: next_version
-- The version of what changes in this transaction; whoever changes next waits for its end.
UPDATE identity_book SET version = version + 1 RETURNING version;

-- name: version
-- How far the book of sessions and keys is.
SELECT version FROM identity_book;

-- name: insert
-- Somebody signed in.
INSERT INTO sign_in_session (id, username, signed_in_at, expires_at, used_at, enrolling,
                             with_second_factor, address, program, version)
VALUES (%(id)s, %(username)s, %(signed_in_at)s, %(expires_at)s, %(signed_in_at)s, %(enrolling)s,
        %(with_second_factor)s, %(address)s, %(program)s, %(version)s);

-- name: changed
-- Sessions that changed since a version; of all of them those that nobody ended long ago.
SELECT id, username, signed_in_at, expires_at, used_at, shown_at, enrolling, with_second_factor,
       address, program, ended_at IS NOT NULL AS ended, version
FROM sign_in_session
WHERE version > %(after)s
  AND (%(after)s > 0 OR ended_at IS NULL OR ended_at > %(ended_since)s)
ORDER BY version;

-- name: of_user
-- A page of the sessions of one person that nobody ended, newest first.
SELECT id, username, signed_in_at, expires_at, used_at, shown_at, enrolling, with_second_factor,
       address, program, false AS ended, version
FROM sign_in_session
WHERE username = %(username)s AND ended_at IS NULL
  AND (%(at)s::timestamptz IS NULL OR signed_in_at < %(at)s
       OR (signed_in_at = %(at)s AND id > %(id)s COLLATE "C"))
ORDER BY signed_in_at DESC, id COLLATE "C" LIMIT %(limit)s;

-- name: end_one
-- One session of this person is over.
UPDATE sign_in_session SET ended_at = %(at)s, ended_by = %(by)s, version = %(version)s
WHERE id = %(id)s AND username = %(username)s AND ended_at IS NULL RETURNING id;

-- name: end_others
-- All sessions of this person but one are over.
UPDATE sign_in_session SET ended_at = %(at)s, ended_by = %(by)s, version = %(version)s
WHERE username = %(username)s AND ended_at IS NULL AND id IS DISTINCT FROM %(but)s;

-- name: end_surplus
-- Of one person's sessions those used longest ago are over, beyond the newest `most`.
UPDATE sign_in_session SET ended_at = %(at)s, ended_by = 'surplus', version = %(version)s
WHERE id IN (SELECT id FROM sign_in_session
             WHERE username = %(username)s AND ended_at IS NULL
             ORDER BY used_at DESC, id OFFSET %(most)s);

-- name: note_use
-- When sessions were last used, and when their consoles were last connected.
UPDATE sign_in_session AS its
SET used_at = greatest(its.used_at, told.used_at),
    shown_at = greatest(its.shown_at, told.shown_at), version = %(version)s
FROM unnest(%(ids)s::text[], %(used)s::timestamptz[], %(shown)s::timestamptz[])
    AS told (id, used_at, shown_at)
WHERE its.id = told.id;

-- name: prune
-- Forget sessions that were over long ago: ended, or run out with no console since.
DELETE FROM sign_in_session
WHERE coalesce(ended_at, greatest(expires_at, shown_at)) < %(before)s;
