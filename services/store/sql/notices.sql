-- name: is_anybody_told
-- Whether there is a receiver at all.
SELECT EXISTS (SELECT FROM notice_receiver WHERE active);

-- name: queue
-- Put rows of the journal into the outbox of each receiver that is to hear of them: by grade (`news`),
-- or because it was told of the alarm before. What finds no room is counted at its receiver.
WITH wanted AS (
    SELECT * FROM unnest(
        %(abouts)s::text[], %(seqs)s::bigint[], %(alarms)s::text[], %(events)s::text[],
        %(grades)s::smallint[], %(exercises)s::boolean[], %(moments)s::timestamptz[]
    ) AS its (about, seq, alarm_id, event, grade, exercise, at)
), hearer AS MATERIALIZED (
    SELECT enterprise, id, grades, exercises,
           (SELECT count(*) FROM (
               SELECT FROM notice
               WHERE notice.enterprise = its.enterprise AND notice.receiver = its.id
                 AND notice.state IN ('waiting', 'claimed', 'failed') LIMIT %(most)s
           ) AS held) < %(most)s AS has_room
    FROM notice_receiver AS its WHERE active
), told AS MATERIALIZED (
    SELECT hearer.enterprise, hearer.id AS receiver, hearer.has_room, wanted.about, wanted.seq,
           wanted.alarm_id, wanted.event, wanted.grade, wanted.exercise, wanted.at
    FROM wanted JOIN hearer ON hearer.enterprise IN ('*', wanted.about)
    WHERE CASE WHEN %(news)s THEN
        wanted.grade = ANY(hearer.grades) AND (hearer.exercises OR NOT wanted.exercise)
    ELSE EXISTS (
        SELECT FROM notice
        WHERE notice.enterprise = hearer.enterprise AND notice.receiver = hearer.id
          AND notice.about = wanted.about AND notice.alarm_id = wanted.alarm_id
    ) END
), put AS (
    INSERT INTO notice (enterprise, receiver, about, seq, alarm_id, event, grade, exercise, at)
    SELECT enterprise, receiver, about, seq, alarm_id, event, grade, exercise, at
    FROM told WHERE has_room
    ON CONFLICT DO NOTHING
)
UPDATE notice_receiver SET left_out = notice_receiver.left_out + missed.number
FROM (SELECT enterprise, receiver, count(*) AS number FROM told
      WHERE NOT has_room GROUP BY enterprise, receiver) AS missed
WHERE notice_receiver.enterprise = missed.enterprise AND notice_receiver.id = missed.receiver;
