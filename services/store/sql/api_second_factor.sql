-- name: begin
-- A secret that is not confirmed yet takes the place of another such one; never of a confirmed one.
INSERT INTO second_factor (username, secret, begun_at)
VALUES (%(username)s, %(secret)s, %(at)s)
ON CONFLICT (username) DO UPDATE
SET secret = excluded.secret, begun_at = excluded.begun_at, last_step = 0, wrong_codes = 0
WHERE second_factor.confirmed_at IS NULL
RETURNING username;

-- name: find
-- The second factor of a person, locked until the transaction ends: a code is taken once.
SELECT its.secret, its.begun_at, its.confirmed_at, its.last_step, its.wrong_codes,
       (SELECT count(*) FROM recovery_code AS code
        WHERE code.username = its.username AND code.used_at IS NULL) AS recovery_codes
FROM second_factor AS its WHERE its.username = %(username)s FOR UPDATE OF its;

-- name: confirm
-- From now on it is asked for.
UPDATE second_factor SET confirmed_at = %(at)s, last_step = %(step)s, wrong_codes = 0
WHERE username = %(username)s;

-- name: take_step
-- This code and older ones are taken no more.
UPDATE second_factor SET last_step = %(step)s, wrong_codes = 0 WHERE username = %(username)s;

-- name: note_wrong
-- One more wrong code in a row.
UPDATE second_factor SET wrong_codes = wrong_codes + 1 WHERE username = %(username)s;

-- name: forget_wrong
-- Somebody proved otherwise who they are.
UPDATE second_factor SET wrong_codes = 0 WHERE username = %(username)s;

-- name: remove
-- It is asked for no more; its recovery codes go with it.
DELETE FROM second_factor WHERE username = %(username)s RETURNING confirmed_at IS NOT NULL;

-- name: forget_codes
-- The recovery codes of before are worth nothing.
DELETE FROM recovery_code WHERE username = %(username)s;

-- name: keep_codes
-- The digests of new recovery codes.
INSERT INTO recovery_code (username, digest)
SELECT %(username)s, digest FROM unnest(%(digests)s::bytea[]) AS digest;

-- name: use_code
-- A recovery code is taken once.
UPDATE recovery_code SET used_at = %(at)s
WHERE username = %(username)s AND digest = %(digest)s AND used_at IS NULL RETURNING username;

-- name: secrets
-- Everybody's secret, to be sealed by a new key; nobody confirms or removes one meanwhile.
SELECT username, secret FROM second_factor ORDER BY username FOR UPDATE;

-- name: put_secret
-- The same secret, sealed by another key.
UPDATE second_factor SET secret = %(secret)s WHERE username = %(username)s;
