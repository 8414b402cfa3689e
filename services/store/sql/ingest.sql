-- name: commit_durably
-- An acknowledgement must survive a power cut, whatever the server's default is.
SET synchronous_commit = on;

-- name: make_incoming
-- A connection's own table that COPY fills, so that repeats can be absorbed on the way on.
CREATE TEMPORARY TABLE IF NOT EXISTS incoming (
    point_id integer, measured_at timestamptz, received_at timestamptz,
    value double precision, quality smallint, flags smallint
) ON COMMIT DELETE ROWS;

-- name: transaction_id
-- The transaction's own number, by which its fate can be asked after a lost COMMIT.
SELECT pg_current_xact_id()::text;

-- name: transaction_status
-- What became of a transaction: committed, aborted, in progress, or null when nobody knows.
SELECT pg_xact_status(%(xid)s::text::xid8);

-- name: end_transaction
-- End the session of a transaction whose client is gone, so that its fate is settled.
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE usename = current_user AND backend_xid = %(xid)s::text::xid8::xid
  AND pid <> pg_backend_pid();

-- name: copy_incoming
-- All readings of a batch at once.
COPY incoming (point_id, measured_at, received_at, value, quality, flags) FROM STDIN (FORMAT BINARY);

-- name: copy_readings
-- All readings of a batch, none of which may be there already.
COPY reading (point_id, measured_at, received_at, value, quality, flags) FROM STDIN (FORMAT BINARY);

-- name: insert_readings
-- Absorb the repeats; how many were new (under no point), and of which point where not all were.
WITH new AS (
    INSERT INTO reading (point_id, measured_at, received_at, value, quality, flags)
    SELECT point_id, measured_at, received_at, value, quality, flags FROM incoming
    ON CONFLICT DO NOTHING
    RETURNING point_id
)
SELECT NULL::integer, count(*) FROM new
UNION ALL
SELECT point_id, count(*) FROM new
WHERE (SELECT count(*) FROM new) < %(offered)s GROUP BY point_id;

-- name: insert_messages
-- Claim the identities of messages; those returned were never here before, and whether one that
-- said something else was here under the same number.
INSERT INTO gateway_message AS fresh (enterprise, gateway, boot, seq, mark, received_at)
SELECT * FROM unnest(%(enterprise)s::text[], %(gateway)s::text[], %(boot)s::text[],
                     %(seq)s::bigint[], %(mark)s::bigint[], %(received_at)s::timestamptz[])
         AS given (enterprise, gateway, boot, seq, mark, received_at)
WHERE NOT EXISTS (SELECT FROM gateway_message AS old
    WHERE (old.enterprise, old.gateway, old.boot, old.seq)
          = (given.enterprise, given.gateway, given.boot, given.seq) AND old.mark = 0)
ON CONFLICT DO NOTHING
RETURNING enterprise, gateway, boot, seq, mark, EXISTS (SELECT FROM gateway_message AS other
    WHERE (other.enterprise, other.gateway, other.boot, other.seq)
          = (fresh.enterprise, fresh.gateway, fresh.boot, fresh.seq));

-- name: unregistered_of_gateways
-- What these gateways hold already in the list of unregistered tags.
SELECT enterprise, gateway, tag, kept FROM unregistered_tag
WHERE (enterprise, gateway) IN (SELECT * FROM unnest(%(enterprise)s::text[], %(gateway)s::text[]));

-- name: insert_unregistered
-- Note tags that nobody has registered; a tag stays with the gateway that sent it first.
INSERT INTO unregistered_tag (enterprise, tag, gateway, first_at, last_at, last_value, count)
SELECT * FROM unnest(%(enterprise)s::text[], %(tag)s::text[], %(gateway)s::text[],
                     %(first_at)s::timestamptz[], %(last_at)s::timestamptz[],
                     %(last_value)s::text[], %(count)s::bigint[])
ON CONFLICT (enterprise, tag) DO UPDATE SET
    last_at = greatest(unregistered_tag.last_at, excluded.last_at),
    last_value = excluded.last_value,
    count = unregistered_tag.count + excluded.count;

-- name: insert_unregistered_readings
-- Keep their readings for the day they are adopted; how many were new, by gateway and UTC day.
WITH new AS (
    INSERT INTO unregistered_reading
        (enterprise, gateway, tag, measured_at, received_at, number, state, quality, flags, unit)
    SELECT * FROM unnest(%(enterprise)s::text[], %(gateway)s::text[], %(tag)s::text[],
                         %(measured_at)s::timestamptz[], %(received_at)s::timestamptz[],
                         %(number)s::double precision[], %(state)s::text[],
                         %(quality)s::smallint[], %(flags)s::smallint[], %(unit)s::text[])
    ON CONFLICT DO NOTHING
    RETURNING enterprise, tag, gateway, received_at
), counted AS (
    UPDATE unregistered_tag AS tag_list SET kept = tag_list.kept + fresh.number
    FROM (SELECT enterprise, tag, count(*) AS number FROM new GROUP BY 1, 2) AS fresh
    WHERE (tag_list.enterprise, tag_list.tag) = (fresh.enterprise, fresh.tag)
)
SELECT enterprise, gateway, (received_at AT TIME ZONE 'UTC')::date, count(*)
FROM new GROUP BY 1, 2, 3;

-- name: adoptable
-- Tags in the list of unregistered ones that have become points.
SELECT tag_list.enterprise, tag_list.tag
FROM unregistered_tag AS tag_list JOIN point USING (enterprise, tag)
WHERE point.deleted_at IS NULL
ORDER BY 1, 2;

-- name: take_kept
-- Take a tag's oldest kept readings out, to be stored as its point's in the same transaction.
DELETE FROM unregistered_reading
WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM unregistered_reading
    WHERE enterprise = %(enterprise)s AND tag = %(tag)s
    ORDER BY measured_at LIMIT %(limit)s))
RETURNING measured_at, received_at, number, state, quality, flags, unit, gateway;

-- name: forget_unregistered
-- An adopted tag leaves the list once none of its readings is waiting.
DELETE FROM unregistered_tag
WHERE enterprise = %(enterprise)s AND tag = %(tag)s AND NOT EXISTS (
    SELECT FROM unregistered_reading WHERE enterprise = %(enterprise)s AND tag = %(tag)s);
