-- name: gaps
-- A page of what is missing, newest first.
SELECT enterprise, id, gateway, boot, from_seq, to_seq, filled, opened_at, closed_at
FROM gap
WHERE opened_at IS NOT NULL AND (closed_at IS NULL OR %(closed_too)s)
  AND (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s))
  AND (%(gateway)s::text IS NULL OR gateway = %(gateway)s)
  AND (%(before)s::bigint IS NULL OR id < %(before)s)
ORDER BY id DESC LIMIT %(limit)s;

-- name: gateway_days
-- What became of a gateway's readings on its last days.
SELECT day, messages, received, stored, duplicates, dead_letters, waiting, apart, not_kept
FROM gateway_day
WHERE enterprise = %(enterprise)s AND gateway = %(gateway)s
ORDER BY day DESC LIMIT %(limit)s;

-- name: gateway_boots
-- How far each boot of a gateway has come, and what is missing of it.
SELECT ledger.boot, ledger.first_seq, ledger.highest_seq, ledger.repeats, ledger.heard_at,
       count(gap.id) AS holes,
       coalesce(sum(gap.to_seq::numeric - gap.from_seq + 1), 0) AS missing
FROM gateway_ledger AS ledger
LEFT JOIN gap ON gap.closed_at IS NULL AND (gap.enterprise, gap.gateway, gap.boot)
                 = (ledger.enterprise, ledger.gateway, ledger.boot)
WHERE ledger.enterprise = %(enterprise)s AND ledger.gateway = %(gateway)s
GROUP BY ledger.enterprise, ledger.gateway, ledger.boot
ORDER BY ledger.heard_at DESC, ledger.boot;
