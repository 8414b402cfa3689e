-- Hand-overs of shifts (交接班记录): what one shift told the next, signed by both, kept for good.

-- `enterprise`: whose shift it is, '*' the park's control room. `sha256`: of the record, which stands in
-- a table of its own, so that the audit's row of a hand-over tells its hash however long it is. What
-- follows `sha256` is of whoever takes over; `taken_how`: by their own session, or by their password at
-- the console of whoever hands over.
CREATE TABLE handover (
    enterprise text NOT NULL,
    id text NOT NULL CHECK (id ~ '^[0-9a-f]{32}$'),
    since timestamptz NOT NULL,
    at timestamptz NOT NULL CHECK (at > since),
    given_by text NOT NULL,
    note text,
    standing integer NOT NULL,
    unacknowledged integer NOT NULL,
    off_board integer NOT NULL,
    loops_out integer NOT NULL,
    sha256 text NOT NULL,
    taken_by text CHECK (taken_by <> given_by),
    taken_at timestamptz,
    taken_how text CHECK (taken_how IN ('session', 'password')),
    taken_note text,
    PRIMARY KEY (enterprise, id),
    UNIQUE (enterprise, id, sha256),
    CHECK ((taken_by IS NULL) = (taken_at IS NULL) AND (taken_by IS NULL) = (taken_how IS NULL)),
    CHECK (taken_note IS NULL OR taken_by IS NOT NULL)
);
CREATE INDEX handover_by_time ON handover (enterprise, at, id);

-- The record as it was hashed: who handed over, when, what they noted, and the sheet.
CREATE TABLE handover_record (
    enterprise text NOT NULL,
    id text NOT NULL,
    sha256 text NOT NULL,
    record text NOT NULL,
    PRIMARY KEY (enterprise, id),
    FOREIGN KEY (enterprise, id, sha256) REFERENCES handover (enterprise, id, sha256),
    CHECK (sha256 = encode(sha256(convert_to(record, 'UTF8')), 'hex'))
);

-- Who hands over signs by making it; one signature more, and nothing of it is changed any more.
CREATE FUNCTION handover_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a hand-over that was signed is never changed'
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER handover_stays BEFORE UPDATE ON handover
FOR EACH ROW WHEN (old.taken_at IS NOT NULL) EXECUTE FUNCTION handover_stays();
CREATE TRIGGER handover_record_stays BEFORE UPDATE ON handover_record
FOR EACH ROW EXECUTE FUNCTION handover_stays();

SELECT keep_apart('handover'), keep_apart('handover_record');
SELECT audit_of('handover'), audit_of('handover_record');

GRANT SELECT, INSERT ON handover, handover_record TO pw_api;
GRANT UPDATE (taken_by, taken_at, taken_how, taken_note) ON handover TO pw_api;
