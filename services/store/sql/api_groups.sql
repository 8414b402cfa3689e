-- name: changed_groups
-- Groups that a change after the known version touched, with their points, as they are now.
SELECT its.enterprise, its.code, its.name, its.name_en, its.kind, its.changed_by, its.changed_at,
       array(SELECT tag FROM detector_group_member AS member
             WHERE (member.enterprise, member.group_code) = (its.enterprise, its.code)
             ORDER BY tag COLLATE "C") AS members,
       its.deleted_at IS NOT NULL AS removed
FROM detector_group AS its
WHERE its.book_version > %(known)s AND (%(known)s > 0 OR its.deleted_at IS NULL);

-- name: group
-- A group as it stands, under the book's lock.
SELECT its.enterprise, its.code, its.name, its.name_en, its.kind, its.changed_by, its.changed_at,
       array(SELECT tag FROM detector_group_member AS member
             WHERE (member.enterprise, member.group_code) = (its.enterprise, its.code)
             ORDER BY tag COLLATE "C") AS members,
       false AS removed
FROM detector_group AS its
WHERE its.enterprise = %(enterprise)s AND its.code = %(code)s AND its.deleted_at IS NULL;

-- name: groups_of
-- All groups of an enterprise as they stand, with their points.
SELECT its.enterprise, its.code, its.name, its.name_en, its.kind, its.changed_by, its.changed_at,
       array(SELECT tag FROM detector_group_member AS member
             WHERE (member.enterprise, member.group_code) = (its.enterprise, its.code)
             ORDER BY tag COLLATE "C") AS members,
       false AS removed
FROM detector_group AS its
WHERE its.enterprise = %(enterprise)s AND its.deleted_at IS NULL
ORDER BY its.code;

-- name: count_groups
-- How many groups an enterprise has.
SELECT count(*) FROM detector_group WHERE enterprise = %(enterprise)s AND deleted_at IS NULL;

-- name: put_group
-- A group as it is from now on; one that was removed comes back.
INSERT INTO detector_group (enterprise, code, name, name_en, kind, changed_by, changed_at,
                            book_version)
VALUES (%(enterprise)s, %(code)s, %(name)s, %(name_en)s, %(kind)s, %(changed_by)s, %(changed_at)s,
        %(version)s)
ON CONFLICT (enterprise, code) DO UPDATE SET
    name = excluded.name, name_en = excluded.name_en, kind = excluded.kind,
    changed_by = excluded.changed_by, changed_at = excluded.changed_at, deleted_at = NULL,
    book_version = excluded.book_version;

-- name: remove_group
-- A group is no more; its row stays, so that followers of the book see it go.
UPDATE detector_group
SET deleted_at = %(changed_at)s, changed_by = %(changed_by)s, changed_at = %(changed_at)s,
    book_version = %(version)s
WHERE enterprise = %(enterprise)s AND code = %(code)s AND deleted_at IS NULL
RETURNING code;

-- name: clear_members
-- Nobody is in a group.
DELETE FROM detector_group_member
WHERE enterprise = %(enterprise)s AND group_code = %(code)s;

-- name: put_members
-- These points are in a group.
INSERT INTO detector_group_member (enterprise, group_code, tag, redundant)
SELECT %(enterprise)s, %(code)s, tag, %(redundant)s FROM unnest(%(members)s::text[]) AS tag;

-- name: redundant_elsewhere
-- The other redundant group of each of these points.
SELECT tag, group_code FROM detector_group_member
WHERE enterprise = %(enterprise)s AND tag = ANY(%(tags)s) AND redundant
  AND group_code <> %(code)s;

-- name: members_between
-- Who was in these groups from a moment on and before another: how each stood then, and every change.
SELECT its.name, its.at, its.after -> 'members',
       coalesce((its.after ->> 'removed')::boolean, false)
FROM unnest(%(codes)s::text[]) AS code
CROSS JOIN LATERAL (
    SELECT coalesce(max(number), 0) AS number FROM register_change
    WHERE enterprise = %(enterprise)s AND subject = 'group' AND name = code
      AND after ?| ARRAY['members', 'removed'] AND at <= %(first)s
) AS standing
JOIN register_change AS its
  ON its.enterprise = %(enterprise)s AND its.subject = 'group' AND its.name = code
 AND its.number >= standing.number
WHERE its.after ?| ARRAY['members', 'removed'] AND its.at < %(past)s
ORDER BY its.number LIMIT %(most)s;

-- name: rules_over
-- The rules in force that name a group.
SELECT id FROM detector_rule
WHERE enterprise = %(enterprise)s AND group_code = %(code)s
  AND valid_to IS NULL AND coalesce(valid_until, 'infinity') > now()
ORDER BY id;
