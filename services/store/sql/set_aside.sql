-- name: days
-- What these gateways' days hold already.
SELECT day.enterprise, day.gateway, day.day, letters, bytes
FROM dead_letter_day AS day
JOIN unnest(%(enterprise)s::text[], %(gateway)s::text[], %(day)s::date[])
     AS wanted (enterprise, gateway, day) USING (enterprise, gateway, day);

-- name: add_to_days
-- Count letters kept and dropped.
INSERT INTO dead_letter_day AS day
    (enterprise, gateway, day, letters, bytes, dropped, dropped_bytes)
SELECT * FROM unnest(%(enterprise)s::text[], %(gateway)s::text[], %(day)s::date[],
                     %(letters)s::bigint[], %(bytes)s::bigint[],
                     %(dropped)s::bigint[], %(dropped_bytes)s::bigint[])
ON CONFLICT (enterprise, gateway, day) DO UPDATE SET
    letters = day.letters + excluded.letters,
    bytes = day.bytes + excluded.bytes,
    dropped = day.dropped + excluded.dropped,
    dropped_bytes = day.dropped_bytes + excluded.dropped_bytes;

-- name: insert_dead_letters
-- What could not be used, raw, with its reason.
INSERT INTO dead_letter (enterprise, gateway, topic, payload, reason, received_at, redelivered,
                         refused, size)
SELECT * FROM unnest(%(enterprise)s::text[], %(gateway)s::text[], %(topic)s::text[],
                     %(payload)s::bytea[], %(reason)s::text[], %(received_at)s::timestamptz[],
                     %(redelivered)s::boolean[], %(refused)s::integer[], %(size)s::integer[]);

-- name: held_bytes
-- The payloads of all dead letters that are kept.
SELECT coalesce(sum(bytes - removed_bytes), 0)::bigint FROM dead_letter_day;

-- name: remove_letters
-- Let the oldest letters go: those before a moment, and without one the oldest of all.
WITH gone AS (
    DELETE FROM dead_letter
    WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM dead_letter
        WHERE %(before)s::timestamptz IS NULL OR received_at < %(before)s
        ORDER BY received_at LIMIT %(limit)s))
    RETURNING enterprise, gateway, (received_at AT TIME ZONE 'UTC')::date AS day,
              length(payload) AS size
), counted AS (
    SELECT enterprise, gateway, day, count(*) AS letters, sum(size)::bigint AS bytes
    FROM gone GROUP BY 1, 2, 3
), noted AS (
    UPDATE dead_letter_day AS day
    SET removed = removed + counted.letters, removed_bytes = removed_bytes + counted.bytes
    FROM counted
    WHERE (day.enterprise, day.gateway, day.day)
          = (counted.enterprise, counted.gateway, counted.day)
)
SELECT coalesce(sum(letters), 0)::bigint FROM counted;

-- name: forget_days
-- Days long past, of which no letter is kept; and wishes long fulfilled.
WITH wishes AS (DELETE FROM letter_request WHERE finished_at < %(before)s)
DELETE FROM dead_letter_day WHERE day < %(before)s::date AND letters = removed;

-- name: put_diverted
-- Messages of gateways over their rate, as they came.
INSERT INTO diverted (enterprise, gateway, topic, payload, received_at, redelivered, readings)
SELECT * FROM unnest(%(enterprise)s::text[], %(gateway)s::text[], %(topic)s::text[],
                     %(payload)s::bytea[], %(received_at)s::timestamptz[],
                     %(redelivered)s::boolean[], %(readings)s::integer[]);

-- name: take_diverted
-- The oldest of them, to be stored in the same transaction: so many, and so many readings.
WITH oldest AS (
    SELECT enterprise, id, readings FROM diverted ORDER BY id LIMIT %(messages)s
), summed AS (
    SELECT enterprise, id, sum(readings) OVER (ORDER BY id) AS upto,
           row_number() OVER (ORDER BY id) AS place
    FROM oldest
)
DELETE FROM diverted USING summed
WHERE diverted.enterprise = summed.enterprise AND diverted.id = summed.id
  AND (summed.upto <= %(readings)s OR summed.place = 1)
RETURNING diverted.id, diverted.topic, diverted.payload, diverted.received_at,
          diverted.redelivered, diverted.readings;

-- name: oldest_diverted
-- Since when the oldest message that is stored apart waits.
SELECT received_at FROM diverted ORDER BY id LIMIT 1;

-- name: diverted
-- What is stored apart, by gateway.
SELECT enterprise, gateway, count(*), sum(readings)::bigint, sum(length(payload))::bigint
FROM diverted GROUP BY 1, 2;

-- name: open_request
-- The oldest wish that is not fulfilled.
SELECT enterprise, id, ids, gateway, topic, reason, since, until, last_id, position
FROM letter_request WHERE finished_at IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED;

-- name: letters_of_request
-- The next letters of a wish, in their order.
SELECT id, gateway, topic, payload, reason, received_at, redelivered, refused,
       coalesce(size, length(payload)) > length(payload)
FROM dead_letter
WHERE enterprise = %(enterprise)s AND id > %(position)s AND id <= %(last_id)s
  AND reprocessed_at IS NULL
  AND (%(ids)s::bigint[] IS NULL OR id = ANY(%(ids)s))
  AND (%(gateway)s::text IS NULL OR gateway = %(gateway)s)
  AND (%(topic)s::text IS NULL OR topic = %(topic)s)
  AND (%(reason)s::text IS NULL OR position(%(reason)s IN reason) > 0)
  AND (%(since)s::timestamptz IS NULL OR received_at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR received_at < %(until)s)
ORDER BY id LIMIT %(limit)s;

-- name: own_messages
-- Of these messages the ones that came first with the very delivery that is read again.
SELECT known.enterprise, known.gateway, known.boot, known.seq, wanted.mark
FROM gateway_message AS known
JOIN unnest(%(enterprise)s::text[], %(gateway)s::text[], %(boot)s::text[], %(seq)s::bigint[],
            %(mark)s::bigint[], %(received_at)s::timestamptz[])
     AS wanted (enterprise, gateway, boot, seq, mark, received_at)
     USING (enterprise, gateway, boot, seq, received_at)
WHERE known.mark IN (wanted.mark, 0);

-- name: kept_before
-- Of these values of unregistered tags the ones that are kept already, by their place.
SELECT wanted.n
FROM unnest(%(enterprise)s::text[], %(tag)s::text[], %(measured_at)s::timestamptz[],
            %(number)s::double precision[], %(state)s::text[], %(quality)s::smallint[])
     WITH ORDINALITY AS wanted (enterprise, tag, measured_at, number, state, quality, n)
JOIN unregistered_reading AS kept
     ON kept.enterprise = wanted.enterprise AND kept.tag = wanted.tag
     AND kept.measured_at = wanted.measured_at AND kept.quality = wanted.quality
     AND kept.number IS NOT DISTINCT FROM wanted.number
     AND kept.state IS NOT DISTINCT FROM wanted.state;

-- name: read_again
-- What reading them again brought: no reason means that they are used.
UPDATE dead_letter AS letter
SET attempts = attempts + 1, reason = coalesce(found.reason, letter.reason),
    refused = found.refused,
    reprocessed_at = CASE WHEN found.reason IS NULL THEN now() END
FROM unnest(%(id)s::bigint[], %(reason)s::text[], %(refused)s::integer[])
     AS found (id, reason, refused)
WHERE letter.enterprise = %(enterprise)s AND letter.id = found.id;

-- name: move_request
-- How far a wish is.
UPDATE letter_request
SET position = %(position)s, examined = examined + %(examined)s, used = used + %(used)s,
    stored = stored + %(stored)s,
    finished_at = CASE WHEN %(finished)s::boolean THEN now() END
WHERE enterprise = %(enterprise)s AND id = %(id)s;

-- name: conditions
-- What is the matter with which gateway.
SELECT enterprise, gateway, kind, since, until, count FROM gateway_condition
ORDER BY enterprise, gateway, kind;

-- name: condition
-- Whether this is known already.
SELECT event_id FROM gateway_condition
WHERE enterprise = %(enterprise)s AND gateway = %(gateway)s AND kind = %(kind)s FOR UPDATE;

-- name: begin_condition
-- Something new is the matter with a gateway: an event, and what it stands for.
WITH told AS (
    INSERT INTO gateway_event (enterprise, gateway, at, last_at, kind, detail, count)
    VALUES (%(enterprise)s, %(gateway)s, %(since)s, %(at)s, %(kind)s, %(detail)s, %(count)s)
    RETURNING id
)
INSERT INTO gateway_condition (enterprise, gateway, kind, since, until, count, event_id)
SELECT %(enterprise)s, %(gateway)s, %(kind)s, %(since)s, %(until)s, %(count)s, id FROM told;

-- name: tell_condition
-- It was over before it could be written down: only its event is left.
INSERT INTO gateway_event (enterprise, gateway, at, last_at, kind, detail, count)
VALUES (%(enterprise)s, %(gateway)s, %(since)s, %(at)s, %(kind)s, %(detail)s, %(count)s);

-- name: grow_condition
-- It goes on.
WITH told AS (
    UPDATE gateway_event
    SET count = greatest(count, %(count)s), last_at = greatest(last_at, %(at)s),
        detail = %(detail)s
    WHERE enterprise = %(enterprise)s AND id = %(event_id)s
)
UPDATE gateway_condition SET count = greatest(count, %(count)s), until = %(until)s
WHERE enterprise = %(enterprise)s AND gateway = %(gateway)s AND kind = %(kind)s;

-- name: end_condition
-- It is over: the event keeps what there was.
WITH told AS (
    UPDATE gateway_event
    SET count = greatest(count, %(count)s), last_at = greatest(last_at, %(at)s)
    WHERE enterprise = %(enterprise)s AND id = %(event_id)s
)
DELETE FROM gateway_condition
WHERE enterprise = %(enterprise)s AND gateway = %(gateway)s AND kind = %(kind)s;
