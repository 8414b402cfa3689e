-- name: accounts
-- Everybody who may sign in, without their passwords.
SELECT username, role, enterprise, token_version, created_at, duties,
       EXISTS (SELECT FROM second_factor AS its
               WHERE its.username = app_user.username AND its.confirmed_at IS NOT NULL)
       AS second_factor
FROM app_user ORDER BY username;

-- name: sign_in
-- What a sign-in is checked against.
SELECT username, role, enterprise, token_version, password_hash, duties,
       EXISTS (SELECT FROM second_factor AS its
               WHERE its.username = app_user.username AND its.confirmed_at IS NOT NULL)
       AS second_factor
FROM app_user WHERE username = %(username)s;

-- name: insert
-- A new user; nothing comes back when the name is taken.
INSERT INTO app_user (username, password_hash, role, enterprise, token_version, duties)
VALUES (%(username)s, %(password_hash)s, %(role)s, %(enterprise)s, %(token_version)s, %(duties)s)
ON CONFLICT (username) DO NOTHING RETURNING created_at;

-- name: first_admin
-- The first admin, only where there is nobody yet.
INSERT INTO app_user (username, password_hash, role, token_version)
SELECT 'admin', %(password_hash)s, 'admin', %(token_version)s
WHERE NOT EXISTS (SELECT FROM app_user)
ON CONFLICT DO NOTHING RETURNING username;

-- name: is_empty
-- Whether there is nobody yet.
SELECT NOT EXISTS (SELECT FROM app_user);

-- name: lock
-- All admins, locked in order: so that two changes cannot remove the last two.
SELECT username FROM app_user WHERE role = 'admin' ORDER BY username FOR UPDATE;

-- name: update
-- Another password, role, enterprise or other duties; tokens of before are void.
UPDATE app_user
SET password_hash = coalesce(%(password_hash)s, password_hash), role = %(role)s,
    enterprise = %(enterprise)s, duties = %(duties)s, token_version = token_version + 1
WHERE username = %(username)s RETURNING token_version;

-- name: delete
-- A user who is gone, with the answers that only this user may read again.
WITH forgotten AS (DELETE FROM kept_answer WHERE username = %(username)s)
DELETE FROM app_user WHERE username = %(username)s RETURNING username;
