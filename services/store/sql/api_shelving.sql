-- name: newest
-- The shelving policy in force; none was set while there is no row.
SELECT version, policy, set_by, valid_from, reason
FROM shelving_policy ORDER BY version DESC LIMIT 1;

-- name: versions
-- Every version of the policy, newest first, below a version.
SELECT version, policy, set_by, valid_from, reason
FROM shelving_policy WHERE version < %(below)s ORDER BY version DESC LIMIT %(limit)s;

-- name: of_versions
-- These versions of the policy.
SELECT version, policy, set_by, valid_from, reason
FROM shelving_policy WHERE version = ANY(%(versions)s);

-- name: insert
-- Another policy, in force at once.
INSERT INTO shelving_policy (version, policy, set_by, valid_from, reason, book_version)
VALUES (%(version)s, %(policy)s, %(set_by)s, %(valid_from)s, %(reason)s, %(book)s);
