-- name: name
-- Whose rows this transaction sees and changes; it is forgotten at its end.
SET LOCAL parkwatch.tenant TO %(tenant)s;

-- name: name_reader
-- The same for who only reads: as a role that can do nothing else, in a transaction that cannot either.
SET LOCAL parkwatch.tenant TO %(tenant)s;
SET LOCAL ROLE pw_reader;
SET TRANSACTION READ ONLY
