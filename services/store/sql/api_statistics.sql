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
