-- name: insert
-- A new key; nothing comes back when its prefix is taken.
INSERT INTO api_key (prefix, digest, name, role, enterprise, scopes, created_by, created_at,
                     expires_at, version)
VALUES (%(prefix)s, %(digest)s, %(name)s, %(role)s, %(enterprise)s, %(scopes)s, %(created_by)s,
        %(created_at)s, %(expires_at)s, %(version)s)
ON CONFLICT (prefix) DO NOTHING RETURNING prefix;

-- name: changed
-- Keys that were made or revoked since a version.
SELECT prefix, digest, name, role, enterprise, scopes, created_by, created_at, expires_at,
       revoked_at, version
FROM api_key WHERE version > %(after)s ORDER BY version;

-- name: page
-- Keys by prefix, after one.
SELECT prefix, digest, name, role, enterprise, scopes, created_by, created_at, expires_at,
       revoked_at, version
FROM api_key WHERE prefix > %(after)s ORDER BY prefix LIMIT %(limit)s;

-- name: revoke
-- A key is worth nothing from now on.
UPDATE api_key SET revoked_at = %(at)s, revoked_by = %(by)s, version = %(version)s
WHERE prefix = %(prefix)s AND revoked_at IS NULL RETURNING prefix;
