-- name: formulas
-- The formulas of an enterprise's derived points, under the book's lock.
SELECT tag, formula FROM point
WHERE enterprise = %(enterprise)s AND formula IS NOT NULL AND deleted_at IS NULL;

-- name: put_formula
-- What a point is computed from; it reports when its inputs do, and is carried by no gateway.
UPDATE point SET formula = %(formula)s, reporting = 'on_change', book_version = %(version)s
WHERE enterprise = %(enterprise)s AND tag = %(tag)s AND deleted_at IS NULL;
