-- name: find
-- What a repeated write was answered before.
SELECT asked, status, answer FROM kept_answer
WHERE username = %(username)s AND request = %(request)s;

-- name: insert
-- The answer of a write; nothing comes back when there is one already.
INSERT INTO kept_answer (username, request, asked, status, answer, at)
VALUES (%(username)s, %(request)s, %(asked)s, %(status)s, %(answer)s, %(at)s)
ON CONFLICT (username, request) DO NOTHING RETURNING username;

-- name: prune
-- Forget what is older than a moment, and of each user all but the newest so many.
DELETE FROM kept_answer USING (
    SELECT username, request,
           row_number() OVER (PARTITION BY username ORDER BY at DESC) AS place
    FROM kept_answer
) AS ranked
WHERE kept_answer.username = ranked.username AND kept_answer.request = ranked.request
  AND (kept_answer.at < %(before)s OR ranked.place > %(most)s);
