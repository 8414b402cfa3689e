-- name: head
-- Where the audit ends, locked until the transaction does, and what this transaction changed so far.
SELECT seq, hash, current_setting('parkwatch.changes', true) FROM audit_head FOR UPDATE;

-- name: append
-- The next row, and the head with it; a second row of the transaction does not tell its changes again.
WITH moved AS (
    UPDATE audit_head SET seq = %(seq)s, hash = %(hash)s
), told AS (
    SELECT set_config('parkwatch.changes', '', true)
)
INSERT INTO audit (seq, at, actor, what, concerns, request_id, body, previous, hash)
SELECT %(seq)s, %(at)s, %(actor)s, %(what)s, %(concerns)s, %(request_id)s, %(body)s,
       %(previous)s, %(hash)s
FROM told;

-- name: where_it_ends
-- Where the audit ends now.
SELECT seq, hash FROM audit_head;

-- name: page
-- A page of the audit, newest first.
SELECT seq, at, actor, what, concerns, request_id, body, previous, hash FROM audit
WHERE (%(before)s::bigint IS NULL OR seq < %(before)s)
  AND (%(actor)s::text IS NULL OR actor = %(actor)s)
  AND (%(what)s::text IS NULL OR what = %(what)s)
  AND (%(concerns)s::text IS NULL OR concerns = %(concerns)s)
  AND (%(request_id)s::text IS NULL OR request_id = %(request_id)s)
  AND (%(since)s::timestamptz IS NULL OR at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR at <= %(until)s)
ORDER BY seq DESC LIMIT %(limit)s;

-- name: rows
-- A piece of the chain in its order, up to a row.
SELECT seq, at, actor, what, concerns, request_id, body, previous, hash FROM audit
WHERE seq > %(after)s AND seq <= %(upto)s ORDER BY seq LIMIT %(limit)s;
