-- name: begin
-- Count a try, one beyond the limit at most; a count whose time is over, or ahead by more than clocks may differ, begins anew.
INSERT INTO sign_in_try AS its (name, address, tries, until)
VALUES (%(name)s, %(address)s, 1, %(end)s)
ON CONFLICT (name, address) DO UPDATE
SET tries = CASE WHEN its.until > %(now)s AND its.until <= %(end)s + interval '1 minute'
                 THEN least(its.tries, %(most)s) + 1 ELSE 1 END,
    until = CASE WHEN its.until > %(now)s AND its.until <= %(end)s + interval '1 minute'
                 THEN its.until ELSE %(end)s END
RETURNING tries > %(most)s, until;

-- name: take_back
-- That try told nothing about a password.
UPDATE sign_in_try SET tries = greatest(tries - 1, 0) WHERE name = %(name)s AND address = %(address)s;

-- name: clear
-- Signed in: what went wrong before was mistyped.
DELETE FROM sign_in_try WHERE name = %(name)s AND address = %(address)s;

-- name: prune
-- What does not count any more, and of the rest what is beyond the bound, oldest first.
DELETE FROM sign_in_try
WHERE until <= %(now)s
   OR (name, address) IN (SELECT name, address FROM sign_in_try ORDER BY until DESC OFFSET %(most)s);
