-- name: course
-- What happened, until a moment, to the alarms that stood between two moments by the judging time
-- or by our clock, from their beginning. A page in the order in which we noted it.
SELECT journal.enterprise, journal.seq, journal.alarm_id, journal.at, journal.noted_at,
       journal.event, journal.body, coalesce(point.kind, '') AS kind,
       coalesce(point.unit, '') AS unit, point.name, point.name_en, point.hazard_source
FROM alarm
JOIN journal ON journal.enterprise = alarm.enterprise AND journal.alarm_id = alarm.id
LEFT JOIN point ON point.id = alarm.point_id
WHERE (%(scope)s::text[] IS NULL OR alarm.enterprise = ANY(%(scope)s))
  AND alarm.raised_at < %(until)s
  AND (alarm.closed_as IS NULL OR alarm.cleared_at >= %(since)s OR (
      SELECT last.noted_at FROM journal AS last
      WHERE last.enterprise = alarm.enterprise AND last.alarm_id = alarm.id
      ORDER BY last.seq DESC LIMIT 1
  ) >= %(since)s)
  AND least(journal.at, journal.noted_at) < %(until)s
  AND (%(noted_at)s::timestamptz IS NULL
       OR (journal.noted_at, journal.enterprise, journal.seq)
          > (%(noted_at)s, %(enterprise)s, %(seq)s))
ORDER BY journal.noted_at, journal.enterprise, journal.seq LIMIT %(limit)s;
