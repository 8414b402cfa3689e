-- name: find
-- Who a subject of a provider is here, locked: two sign-ins of one person make one account.
SELECT its.username, person.role, person.enterprise, person.token_version, person.password_hash,
       person.duties
FROM oidc_identity AS its JOIN app_user AS person USING (username)
WHERE its.issuer = %(issuer)s AND its.subject = %(subject)s FOR UPDATE OF its;

-- name: lock
-- One after the other where a person is made: by the provider's subject.
SELECT pg_advisory_xact_lock(hashtextextended(%(issuer)s || ' ' || %(subject)s, 42));

-- name: insert
-- Somebody was seen for the first time.
INSERT INTO oidc_identity (issuer, subject, username, first_seen_at)
VALUES (%(issuer)s, %(subject)s, %(username)s, %(at)s);
