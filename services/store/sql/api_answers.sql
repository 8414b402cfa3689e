-- name: find
-- What a repeated write was answered before.
SELECT asked, status, answer FROM kept_answer
WHERE enterprise = current_setting('parkwatch.tenant') AND username = %(username)s
  AND request = %(request)s;

-- name: insert
-- The answer of a write; nothing comes back when there is one already.
INSERT INTO kept_answer (enterprise, username, request, asked, status, answer, at)
VALUES (current_setting('parkwatch.tenant'), %(username)s, %(request)s, %(asked)s, %(status)s,
        %(answer)s, %(at)s)
ON CONFLICT (enterprise, username, request) DO NOTHING RETURNING username;

-- name: prune
-- Forget what is older than a moment, and of each user all but the newest so many.
DELETE FROM kept_answer USING (
    SELECT enterprise, username, request,
           row_number() OVER (PARTITION BY username ORDER BY at DESC) AS place
    FROM kept_answer
) AS ranked
WHERE (kept_answer.enterprise, kept_answer.username, kept_answer.request)
      = (ranked.enterprise, ranked.username, ranked.request)
  AND (kept_answer.at < %(before)s OR ranked.place > %(most)s);
