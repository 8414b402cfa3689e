-- name: sounded
-- Every alarm that sounded or stood between two moments, as far as the figures need it. One that
-- was born off the board (its first row says so) did not sound. A row's text has no spaces. One that
-- was acknowledged and then shelved, or asks again, was acknowledged: when, its journal tells. So it
-- does of the gravest level: the alarm's own is the last one, and a red one that came down was red.
SELECT enterprise, coalesce(tag, '') AS tag, condition,
       least(grade, (
           SELECT min((body::jsonb -> 'alarm' ->> 'grade')::smallint) FROM journal
           WHERE journal.enterprise = alarm.enterprise AND journal.alarm_id = alarm.id
             AND event IN ('raised', 'escalated')
       )) AS grade,
       raised_at, cleared_at,
       coalesce(acknowledged_at, (
           SELECT min(journal.noted_at) FROM journal
           WHERE journal.enterprise = alarm.enterprise AND journal.alarm_id = alarm.id
             AND event = 'acknowledged'
       )) AS acknowledged_at
FROM alarm
WHERE raised_at < %(end)s
  AND (raised_at >= %(start)s OR cleared_at IS NULL OR cleared_at >= %(start)s)
  AND NOT historical AND NOT exercise
  AND NOT EXISTS (
      SELECT FROM journal
      WHERE journal.enterprise = alarm.enterprise AND journal.alarm_id = alarm.id
        AND event = 'raised' AND body LIKE '%%"off":{%%'
  )
  AND (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s))
ORDER BY raised_at LIMIT %(limit)s;

-- name: taken_off
-- The journal of what was taken off the board by hand between two moments; what was done in a drill,
-- to copies of points, counts nowhere.
SELECT body FROM journal
WHERE event IN ('shelved', 'out_of_service') AND noted_at >= %(start)s AND noted_at < %(end)s
  AND left(enterprise, 6) <> 'drill-'
  AND (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s))
ORDER BY noted_at LIMIT %(limit)s;
