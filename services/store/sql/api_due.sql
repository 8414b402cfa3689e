-- name: due
-- The points whose calibration or bump test is due on a day, and the licences whose last day is
-- over by then, by kind and number: of each enterprise and kind the first few by their days, each
-- with how many there are.
WITH late AS MATERIALIZED (
    SELECT enterprise, tag, calibration_due_on, bump_test_due_on FROM point
    WHERE deleted_at IS NULL
      AND (calibration_due_on IS NOT NULL OR bump_test_due_on IS NOT NULL)
      AND least(calibration_due_on, bump_test_due_on) <= %(today)s
), each AS (
    SELECT enterprise, 'calibration_due' AS what, calibration_due_on AS day, tag FROM late
    WHERE calibration_due_on <= %(today)s
    UNION ALL
    SELECT enterprise, 'bump_test_due', bump_test_due_on, tag FROM late
    WHERE bump_test_due_on <= %(today)s
    UNION ALL
    SELECT code, 'licence_expired', (licence ->> 'valid_until')::date,
           (licence ->> 'kind') || ' ' || (licence ->> 'number')
    FROM enterprise, jsonb_array_elements(file -> 'licences') AS licence
    WHERE deleted_at IS NULL AND (licence ->> 'valid_until')::date < %(today)s
), placed AS (
    SELECT enterprise, what, day, tag,
           count(*) OVER (PARTITION BY enterprise, what) AS count,
           row_number() OVER (PARTITION BY enterprise, what ORDER BY day, tag) AS place
    FROM each
)
SELECT enterprise, what, day, tag, count FROM placed WHERE place <= %(apart)s
ORDER BY enterprise, what, place;
