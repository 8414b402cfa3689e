-- name: known_ledgers
-- What arrived before of these gateways' boots; locked, in one order, until the batch is stored.
SELECT enterprise, gateway, boot, first_seq, highest_seq, floor_seq, repeats
FROM gateway_ledger
WHERE (enterprise, gateway, boot) IN (
    SELECT * FROM unnest(%(enterprise)s::text[], %(gateway)s::text[], %(boot)s::text[]))
ORDER BY enterprise, gateway, boot FOR UPDATE;

-- name: known_holes
-- What is missing of these gateways' boots.
SELECT enterprise, gateway, boot, id, from_seq, to_seq, seen_at, opened_at, filled
FROM gap
WHERE closed_at IS NULL AND (enterprise, gateway, boot) IN (
    SELECT * FROM unnest(%(enterprise)s::text[], %(gateway)s::text[], %(boot)s::text[]))
ORDER BY enterprise, gateway, boot, from_seq;

-- name: put_ledgers
-- How far each gateway's boot has come.
INSERT INTO gateway_ledger
    (enterprise, gateway, boot, first_seq, highest_seq, floor_seq, repeats, heard_at)
SELECT *, %(heard_at)s FROM unnest(
    %(enterprise)s::text[], %(gateway)s::text[], %(boot)s::text[], %(first_seq)s::bigint[],
    %(highest_seq)s::bigint[], %(floor_seq)s::bigint[], %(repeats)s::bigint[])
ON CONFLICT (enterprise, gateway, boot) DO UPDATE SET
    first_seq = excluded.first_seq, highest_seq = excluded.highest_seq,
    floor_seq = excluded.floor_seq, repeats = excluded.repeats, heard_at = excluded.heard_at;

-- name: insert_holes
-- What was seen to be missing, and the rest of gaps that were filled in their middle.
INSERT INTO gap (enterprise, gateway, boot, from_seq, to_seq, seen_at, opened_at, filled)
SELECT * FROM unnest(
    %(enterprise)s::text[], %(gateway)s::text[], %(boot)s::text[], %(from_seq)s::bigint[],
    %(to_seq)s::bigint[], %(seen_at)s::timestamptz[], %(opened_at)s::timestamptz[],
    %(filled)s::bigint[]);

-- name: shrink_holes
-- A part of them came late.
UPDATE gap SET from_seq = piece.from_seq, to_seq = piece.to_seq, filled = piece.filled
FROM unnest(%(enterprise)s::text[], %(id)s::bigint[], %(from_seq)s::bigint[],
            %(to_seq)s::bigint[], %(filled)s::bigint[])
    AS piece (enterprise, id, from_seq, to_seq, filled)
WHERE (gap.enterprise, gap.id) = (piece.enterprise, piece.id);

-- name: close_holes
-- All of them came late: what was shown as a gap stays on record, the rest never was one.
WITH filled AS (SELECT * FROM unnest(%(enterprise)s::text[], %(id)s::bigint[]) AS f (enterprise, id)),
     unseen AS (DELETE FROM gap USING filled
                WHERE (gap.enterprise, gap.id) = (filled.enterprise, filled.id)
                  AND gap.opened_at IS NULL)
UPDATE gap SET closed_at = %(at)s, filled = gap.filled + (to_seq - from_seq + 1)
FROM filled
WHERE (gap.enterprise, gap.id) = (filled.enterprise, filled.id) AND gap.opened_at IS NOT NULL;

-- name: drop_holes
-- Given up: there are too many. They are told of by an event.
DELETE FROM gap USING unnest(%(enterprise)s::text[], %(id)s::bigint[]) AS gone (enterprise, id)
WHERE (gap.enterprise, gap.id) = (gone.enterprise, gone.id);

-- name: calm_boots
-- Of these boots those of which no run ended lately, so that one may end now.
SELECT enterprise, gateway, boot
FROM unnest(%(enterprise)s::text[], %(gateway)s::text[], %(boot)s::text[])
    AS wanted (enterprise, gateway, boot)
WHERE NOT EXISTS (SELECT FROM gateway_ledger AS ended
    WHERE ended.enterprise = wanted.enterprise AND ended.gateway = wanted.gateway
      AND starts_with(ended.boot, wanted.boot || ' (until ') AND ended.heard_at > %(since)s);

-- name: rename_ledgers
-- A run of a boot has ended: it is known by its end from now on.
UPDATE gateway_ledger AS ledger SET boot = ended.earlier
FROM unnest(%(enterprise)s::text[], %(gateway)s::text[], %(boot)s::text[], %(earlier)s::text[])
    AS ended (enterprise, gateway, boot, earlier)
WHERE (ledger.enterprise, ledger.gateway, ledger.boot)
      = (ended.enterprise, ended.gateway, ended.boot);

-- name: rename_holes
-- And so is what it lacks.
UPDATE gap SET boot = ended.earlier
FROM unnest(%(enterprise)s::text[], %(gateway)s::text[], %(boot)s::text[], %(earlier)s::text[])
    AS ended (enterprise, gateway, boot, earlier)
WHERE gap.closed_at IS NULL
  AND (gap.enterprise, gap.gateway, gap.boot) = (ended.enterprise, ended.gateway, ended.boot);

-- name: retire_boots
-- Forget the boots heard longest ago of gateways that have too many, and what they lack.
WITH ranked AS (
    SELECT enterprise, gateway, boot,
           row_number() OVER (PARTITION BY enterprise, gateway ORDER BY heard_at DESC, boot) AS place
    FROM gateway_ledger
    WHERE (enterprise, gateway) IN (
        SELECT * FROM unnest(%(enterprise)s::text[], %(gateway)s::text[]))
), gone AS (
    DELETE FROM gateway_ledger AS ledger USING ranked
    WHERE ranked.place > %(most)s
      AND (ledger.enterprise, ledger.gateway, ledger.boot)
          = (ranked.enterprise, ranked.gateway, ranked.boot)
    RETURNING ledger.enterprise, ledger.gateway, ledger.boot
)
DELETE FROM gap USING gone
WHERE gap.closed_at IS NULL
  AND (gap.enterprise, gap.gateway, gap.boot) = (gone.enterprise, gone.gateway, gone.boot)
RETURNING gap.enterprise, gap.gateway, gap.boot, gap.from_seq, gap.to_seq;

-- name: open_gaps
-- Holes whose grace is over are gaps from now on.
UPDATE gap SET opened_at = %(at)s
WHERE opened_at IS NULL AND closed_at IS NULL AND (enterprise, id) IN (
    SELECT enterprise, id FROM gap
    WHERE opened_at IS NULL AND closed_at IS NULL AND seen_at <= %(seen_until)s
    ORDER BY seen_at LIMIT %(most)s)
RETURNING enterprise, gateway, boot, from_seq, to_seq;

-- name: tell_of_gateway
-- An event of a gateway; the same thing again within the while grows the one that is there.
WITH told AS (
    SELECT id FROM gateway_event
    WHERE enterprise = %(enterprise)s AND gateway = %(gateway)s AND kind = %(kind)s
      AND last_at > %(since)s
    ORDER BY id DESC LIMIT 1
), grown AS (
    UPDATE gateway_event SET count = count + %(count)s, detail = %(detail)s,
           last_at = greatest(last_at, %(at)s)
    FROM told WHERE gateway_event.enterprise = %(enterprise)s AND gateway_event.id = told.id
    RETURNING 1
)
INSERT INTO gateway_event (enterprise, gateway, at, last_at, kind, detail, count)
SELECT %(enterprise)s, %(gateway)s, %(at)s, %(at)s, %(kind)s, %(detail)s, %(count)s
WHERE NOT EXISTS (SELECT FROM grown);

-- name: add_day_counts
-- What became of a batch's readings; figures may also move from one fate to another.
INSERT INTO gateway_day (enterprise, gateway, day, messages, received, stored, duplicates,
                         dead_letters, waiting, apart, not_kept)
SELECT * FROM unnest(
    %(enterprise)s::text[], %(gateway)s::text[], %(day)s::date[], %(messages)s::bigint[],
    %(received)s::bigint[], %(stored)s::bigint[], %(duplicates)s::bigint[],
    %(dead_letters)s::bigint[], %(waiting)s::bigint[], %(apart)s::bigint[],
    %(not_kept)s::bigint[])
ON CONFLICT (enterprise, gateway, day) DO UPDATE SET
    messages = gateway_day.messages + excluded.messages,
    received = gateway_day.received + excluded.received,
    stored = gateway_day.stored + excluded.stored,
    duplicates = gateway_day.duplicates + excluded.duplicates,
    dead_letters = gateway_day.dead_letters + excluded.dead_letters,
    waiting = gateway_day.waiting + excluded.waiting,
    apart = gateway_day.apart + excluded.apart,
    not_kept = gateway_day.not_kept + excluded.not_kept;

-- name: durable_session
-- When the broker last granted us this session; nothing when it never did.
SELECT heard_at FROM durable_session WHERE name = %(name)s;

-- name: put_durable_session
-- The broker granted us this session: from now on one is expected.
INSERT INTO durable_session (name, heard_at) VALUES (%(name)s, %(at)s)
ON CONFLICT (name) DO UPDATE SET heard_at = excluded.heard_at;

-- name: tell_every_enterprise
-- An event of all of an enterprise's gateways, for every enterprise.
INSERT INTO gateway_event (enterprise, gateway, at, last_at, kind, detail, count)
SELECT code, '', %(at)s, %(at)s, %(kind)s, %(detail)s, 1 FROM enterprise WHERE deleted_at IS NULL;
