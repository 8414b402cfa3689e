-- name: insert_enterprise
-- A new enterprise; nothing comes back when the code is taken.
INSERT INTO enterprise (code, name, name_en, file, book_version)
VALUES (%(code)s, %(name)s, %(name_en)s, %(file)s, %(version)s)
ON CONFLICT (code) DO NOTHING RETURNING code, name, name_en, created_at, file;

-- name: enterprise
-- One enterprise as it stands, under the book's lock.
SELECT code, name, name_en, created_at, file FROM enterprise
WHERE code = %(code)s AND deleted_at IS NULL;

-- name: update_enterprise
-- Another name or another file for an enterprise.
UPDATE enterprise
SET name = %(name)s, name_en = %(name_en)s, file = %(file)s, book_version = %(version)s
WHERE code = %(code)s AND deleted_at IS NULL RETURNING code, name, name_en, created_at, file;

-- name: with_national_code
-- Another enterprise that has this code in the national register.
SELECT code FROM enterprise
WHERE code <> %(code)s AND deleted_at IS NULL
  AND (code = %(national)s OR file ->> 'national_code' = %(national)s::text);

-- name: areas
-- The areas of these enterprises, of those that have one.
SELECT code, file -> 'area' FROM enterprise
WHERE code = ANY(%(codes)s) AND deleted_at IS NULL AND file ? 'area';

-- name: positions
-- Where an enterprise's points and hazard sources stand.
SELECT tag, lon, lat FROM point
WHERE enterprise = %(enterprise)s AND deleted_at IS NULL AND lon IS NOT NULL AND lat IS NOT NULL
UNION ALL
SELECT code, (particulars ->> 'lon')::double precision, (particulars ->> 'lat')::double precision
FROM hazard_source
WHERE enterprise = %(enterprise)s AND valid_to IS NULL
  AND particulars ? 'lon' AND particulars ? 'lat'
ORDER BY 1 LIMIT %(limit)s;
