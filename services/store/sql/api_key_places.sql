-- name: changed_places
-- Key places touched by a change after the known version, as they are now; some are removed.
SELECT enterprise, code, version, kind, name, name_en, geometry, points, removed, created_at,
       valid_from, valid_to, changed_by, reason
FROM key_place WHERE book_version > %(known)s AND valid_to IS NULL;

-- name: place
-- The version of a key place that is in force, removed or not.
SELECT enterprise, code, version, kind, name, name_en, geometry, points, removed, created_at,
       valid_from, valid_to, changed_by, reason
FROM key_place WHERE enterprise = %(enterprise)s AND code = %(code)s AND valid_to IS NULL;

-- name: place_versions
-- Every version of a key place, newest first, below a version.
SELECT enterprise, code, version, kind, name, name_en, geometry, points, removed, created_at,
       valid_from, valid_to, changed_by, reason
FROM key_place
WHERE enterprise = %(enterprise)s AND code = %(code)s AND version < %(below)s
ORDER BY version DESC LIMIT %(limit)s;

-- name: places_of
-- All key places of an enterprise as they stand.
SELECT enterprise, code, version, kind, name, name_en, geometry, points, removed, created_at,
       valid_from, valid_to, changed_by, reason
FROM key_place WHERE enterprise = %(enterprise)s AND valid_to IS NULL AND NOT removed
ORDER BY code;

-- name: count_places
-- How many key places an enterprise has.
SELECT count(*) FROM key_place
WHERE enterprise = %(enterprise)s AND valid_to IS NULL AND NOT removed;

-- name: insert_place
-- A version of a key place, in force from its beginning on.
INSERT INTO key_place (enterprise, code, version, kind, name, name_en, geometry, points, removed,
                       created_at, valid_from, changed_by, reason, book_version)
VALUES (%(enterprise)s, %(code)s, %(version)s, %(kind)s, %(name)s, %(name_en)s, %(geometry)s,
        %(points)s, %(removed)s, %(created_at)s, %(valid_from)s, %(changed_by)s, %(reason)s,
        %(book)s);

-- name: close_place
-- The end of the version that is in force.
UPDATE key_place SET valid_to = greatest(%(valid_to)s, valid_from)
WHERE enterprise = %(enterprise)s AND code = %(code)s AND valid_to IS NULL;

-- name: known_tags
-- Which of these tags an enterprise has points of.
SELECT tag FROM point
WHERE enterprise = %(enterprise)s AND tag = ANY(%(tags)s) AND deleted_at IS NULL;
