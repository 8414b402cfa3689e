-- name: end_abandoned
-- Runs whose process did not come to their end: they are interrupted.
UPDATE conformance SET finished_at = %(now)s, outcome = 'interrupted'
WHERE enterprise = %(enterprise)s AND gateway = %(gateway)s AND finished_at IS NULL
  AND ends_at < %(before)s;

-- name: start_run
-- A run; nothing comes back while another one of the gateway goes on.
INSERT INTO conformance (enterprise, gateway, asked_by, test_tag, duration_s, cut_s, started_at,
                         ends_at, progress)
VALUES (%(enterprise)s, %(gateway)s, %(asked_by)s, %(test_tag)s, %(duration_s)s, %(cut_s)s,
        %(started_at)s, %(ends_at)s, %(progress)s)
ON CONFLICT (enterprise, gateway) WHERE finished_at IS NULL DO NOTHING
RETURNING id, enterprise, gateway, asked_by, test_tag, duration_s, cut_s, started_at, ends_at,
          finished_at, outcome, progress, record, sha256;

-- name: begin_exercise
-- A point under test for a while.
UPDATE point
SET exercise_from = %(since)s, exercise_until = %(until)s, book_version = %(version)s
WHERE enterprise = %(enterprise)s AND tag = %(tag)s AND deleted_at IS NULL;

-- name: end_exercise
-- The test of a point is over, at the latest when it was to end.
UPDATE point
SET exercise_until = greatest(exercise_from, least(exercise_until, %(until)s)),
    book_version = %(version)s
WHERE enterprise = %(enterprise)s AND tag = %(tag)s AND exercise_until > %(until)s;

-- name: note_progress
-- How a run goes.
UPDATE conformance SET progress = %(progress)s
WHERE enterprise = %(enterprise)s AND id = %(id)s AND finished_at IS NULL;

-- name: finish_run
-- The end of a run, once.
UPDATE conformance
SET finished_at = %(now)s, outcome = %(outcome)s, progress = %(progress)s, record = %(record)s,
    sha256 = %(sha256)s
WHERE enterprise = %(enterprise)s AND id = %(id)s AND finished_at IS NULL;

-- name: run
-- One run of a gateway.
SELECT id, enterprise, gateway, asked_by, test_tag, duration_s, cut_s, started_at, ends_at,
       finished_at, outcome, progress, record, sha256
FROM conformance
WHERE enterprise = %(enterprise)s AND gateway = %(gateway)s AND id = %(id)s;

-- name: runs
-- A page of a gateway's runs, newest first.
SELECT id, enterprise, gateway, asked_by, test_tag, duration_s, cut_s, started_at, ends_at,
       finished_at, outcome, progress, record, sha256
FROM conformance
WHERE enterprise = %(enterprise)s AND gateway = %(gateway)s
  AND (%(before)s::bigint IS NULL OR id < %(before)s)
ORDER BY id DESC LIMIT %(limit)s;

-- name: first_limit
-- The limit of a point that is crossed first, of those in force.
SELECT condition, "limit", on_delay_s FROM rule
WHERE enterprise = %(enterprise)s AND tag = %(tag)s AND kind = 'limit' AND valid_to IS NULL
  AND coalesce(valid_until, 'infinity') > now()
ORDER BY array_position(ARRAY['H', 'HH', 'L', 'LL'], condition) LIMIT 1;

-- name: open_holes
-- What is missing of a boot just now, above a number: first and last of each hole.
SELECT greatest(from_seq, %(above)s + 1), to_seq FROM gap
WHERE (enterprise, gateway, boot) = (%(enterprise)s, %(gateway)s, %(boot)s)
  AND closed_at IS NULL AND to_seq > %(above)s
ORDER BY from_seq LIMIT 100;

-- name: highest_number
-- The highest number of a boot that is stored.
SELECT highest_seq FROM gateway_ledger
WHERE (enterprise, gateway, boot) = (%(enterprise)s, %(gateway)s, %(boot)s);

-- name: refused_sign_ins
-- How often the broker refused a gateway's sign-in since a moment.
SELECT coalesce(sum(count), 0)::bigint FROM gateway_event
WHERE enterprise = %(enterprise)s AND gateway = %(gateway)s AND kind = 'login_refused'
  AND last_at >= %(since)s;
