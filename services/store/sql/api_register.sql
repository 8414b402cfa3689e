-- name: next_version
-- Take the book's row lock and its next version: the first statement of every change.
UPDATE book SET version = version + 1 RETURNING version;

-- name: version
-- How far the register is.
SELECT version FROM book;

-- name: enterprises
-- Enterprises touched by a change after the known version.
SELECT code, name, name_en, created_at, file, deleted_at IS NOT NULL AS removed
FROM enterprise WHERE book_version > %(known)s ORDER BY code;

-- name: gateways
-- Gateways touched by a change after the known version, with what the broker checks.
SELECT enterprise, code, username, password_hash, created_at, rotated_at,
       deleted_at IS NOT NULL AS removed
FROM gateway WHERE book_version > %(known)s ORDER BY enterprise, code;

-- name: points
-- Points touched by a change after the known version.
SELECT enterprise, tag, id, kind, unit, range_low, range_high, substance, hazard_source, gateway,
       name, name_en, lon, lat, period_s, reporting, created_at, exercise_from, exercise_until,
       equipment, height_m, criticality, converted_from, calibrated_on, calibration_due_on,
       bump_tested_on, bump_test_due_on, formula, maintenance, deleted_at IS NOT NULL AS removed
FROM point WHERE book_version > %(known)s;

-- name: put_gateway
-- A new gateway, or one that was removed and comes back with a new password.
INSERT INTO gateway (enterprise, code, username, password_hash, book_version)
VALUES (%(enterprise)s, %(code)s, %(username)s, %(password_hash)s, %(version)s)
ON CONFLICT (enterprise, code) DO UPDATE
SET password_hash = excluded.password_hash, created_at = now(), rotated_at = NULL,
    deleted_at = NULL, book_version = excluded.book_version
WHERE gateway.deleted_at IS NOT NULL
RETURNING code;

-- name: rotate_gateway
-- A new password for a standing gateway.
UPDATE gateway SET password_hash = %(password_hash)s, rotated_at = now(), book_version = %(version)s
WHERE enterprise = %(enterprise)s AND code = %(code)s AND deleted_at IS NULL RETURNING code;

-- name: remove_gateway
-- A gateway that may come in no more; its row stays, so that followers of the book see it go.
UPDATE gateway SET deleted_at = now(), book_version = %(version)s
WHERE enterprise = %(enterprise)s AND code = %(code)s AND deleted_at IS NULL RETURNING code;

-- name: taken_ids
-- Which of these point numbers are in use already.
SELECT numbers_in_use(%(ids)s::integer[]);

-- name: taken_tags
-- Which of these names of an enterprise's points are in use already.
SELECT tag FROM point WHERE enterprise = %(enterprise)s AND tag = ANY(%(tags)s);

-- name: insert_point
-- A new point.
INSERT INTO point (enterprise, tag, id, kind, unit, range_low, range_high, substance,
                   hazard_source, gateway, name, name_en, lon, lat, period_s, reporting,
                   equipment, height_m, criticality, converted_from, calibrated_on,
                   calibration_due_on, bump_tested_on, bump_test_due_on, book_version)
VALUES (%(enterprise)s, %(tag)s, %(id)s, %(kind)s, %(unit)s, %(range_low)s, %(range_high)s,
        %(substance)s, %(hazard_source)s, %(gateway)s, %(name)s, %(name_en)s, %(lon)s, %(lat)s,
        %(period_s)s, %(reporting)s, %(equipment)s, %(height_m)s, %(criticality)s,
        %(converted_from)s, %(calibrated_on)s, %(calibration_due_on)s, %(bump_tested_on)s,
        %(bump_test_due_on)s, %(version)s);

-- name: point
-- One point as it stands, under the book's lock.
SELECT enterprise, tag, id, kind, unit, range_low, range_high, substance, hazard_source, gateway,
       name, name_en, lon, lat, period_s, reporting, created_at, exercise_from, exercise_until,
       equipment, height_m, criticality, converted_from, calibrated_on, calibration_due_on,
       bump_tested_on, bump_test_due_on, formula, maintenance, deleted_at IS NOT NULL AS removed
FROM point WHERE enterprise = %(enterprise)s AND tag = %(tag)s AND deleted_at IS NULL;

-- name: named_points
-- Of an enterprise's points of these names, those that are registered, as they stand.
SELECT enterprise, tag, id, kind, unit, range_low, range_high, substance, hazard_source, gateway,
       name, name_en, lon, lat, period_s, reporting, created_at, exercise_from, exercise_until,
       equipment, height_m, criticality, converted_from, calibrated_on, calibration_due_on,
       bump_tested_on, bump_test_due_on, formula, maintenance
FROM point WHERE enterprise = %(enterprise)s AND tag = ANY(%(tags)s) AND deleted_at IS NULL;

-- name: is_in_use
-- Whether anything was made of a point's kind: a reading, a group, a formula, or a rule in force.
SELECT has_readings(%(id)s)
    OR EXISTS (SELECT FROM point AS derived
               WHERE derived.enterprise = %(enterprise)s AND derived.formula IS NOT NULL
                 AND derived.deleted_at IS NULL
                 AND jsonb_path_exists(derived.formula, '$.inputs[*][1] ? (@ == $tag)',
                                       jsonb_build_object('tag', %(tag)s::text)))
    OR EXISTS (SELECT FROM rule
               WHERE enterprise = %(enterprise)s AND tag = %(tag)s AND valid_to IS NULL)
    OR EXISTS (SELECT FROM detector_group_member
               WHERE enterprise = %(enterprise)s AND tag = %(tag)s)
    OR EXISTS (SELECT FROM detector_rule_point AS its
               JOIN detector_rule AS whole ON (whole.enterprise, whole.id, whole.version)
                                            = (its.enterprise, its.rule, its.version)
               WHERE its.enterprise = %(enterprise)s AND its.tag = %(tag)s
                 AND whole.valid_to IS NULL);

-- name: put_maintenance
-- The calibration or bump test that a point is in from now on, or that is over.
UPDATE point SET maintenance = %(maintenance)s, book_version = %(version)s
WHERE enterprise = %(enterprise)s AND tag = %(tag)s AND deleted_at IS NULL;

-- name: update_point
-- Another description for a point; its name and number stay.
UPDATE point
SET kind = %(kind)s, unit = %(unit)s, range_low = %(range_low)s, range_high = %(range_high)s,
    substance = %(substance)s, hazard_source = %(hazard_source)s, gateway = %(gateway)s,
    name = %(name)s, name_en = %(name_en)s, lon = %(lon)s, lat = %(lat)s,
    period_s = %(period_s)s, reporting = %(reporting)s, equipment = %(equipment)s,
    height_m = %(height_m)s, criticality = %(criticality)s, converted_from = %(converted_from)s,
    calibrated_on = %(calibrated_on)s, calibration_due_on = %(calibration_due_on)s,
    bump_tested_on = %(bump_tested_on)s, bump_test_due_on = %(bump_test_due_on)s,
    book_version = %(version)s
WHERE enterprise = %(enterprise)s AND tag = %(tag)s AND deleted_at IS NULL;
