-- name: sounded
-- Every alarm that sounded or stood between two moments, as far as the figures need it.
SELECT enterprise, coalesce(tag, '') AS tag, condition, grade, raised_at, cleared_at,
       acknowledged_at
FROM alarm
WHERE raised_at < %(end)s
  AND (raised_at >= %(start)s OR cleared_at IS NULL OR cleared_at >= %(start)s)
  AND NOT historical AND NOT exercise
  AND (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s))
ORDER BY raised_at LIMIT %(limit)s;

-- name: taken_off
-- The journal of what was taken off the board by hand between two moments.
SELECT body FROM journal
WHERE event IN ('shelved', 'out_of_service') AND noted_at >= %(start)s AND noted_at < %(end)s
  AND (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s))
ORDER BY noted_at LIMIT %(limit)s;
