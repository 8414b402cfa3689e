-- name: heads
-- Where the journal of each of these enterprises (null: all, removed ones too, and the park's own
-- where there is one) ends now.
SELECT enterprise.code, coalesce(head.seq, 0) AS seq, head.hash
FROM (
    SELECT code FROM enterprise
    UNION ALL SELECT '*' WHERE EXISTS (SELECT FROM journal WHERE journal.enterprise = '*')
) AS enterprise
LEFT JOIN LATERAL (
    SELECT seq, hash FROM journal
    WHERE journal.enterprise = enterprise.code ORDER BY seq DESC LIMIT 1
) AS head ON true
WHERE %(scope)s::text[] IS NULL OR enterprise.code = ANY(%(scope)s)
ORDER BY enterprise.code;

-- name: rows
-- A page of an enterprise's journal, in its order, up to a row.
SELECT enterprise, seq, alarm_id, at, noted_at, event, body, previous, hash
FROM journal
WHERE enterprise = %(enterprise)s AND seq > %(after)s AND seq <= %(upto)s
ORDER BY seq LIMIT %(limit)s;
