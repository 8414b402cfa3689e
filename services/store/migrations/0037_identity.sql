-- Who is signed in, with what besides a password, and which programs may ask in somebody's name.
-- People are the park's, as app_user is: what hangs on a person begins with the person. What stands
-- for itself (a session, a key) begins with random letters of ours, which nobody can choose.

-- Counted up first in each transaction that changes a session or a key: the row's lock makes the
-- order of commits the order of versions, so that every api can follow.
CREATE TABLE identity_book (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    version bigint NOT NULL DEFAULT 0
);
INSERT INTO identity_book DEFAULT VALUES;

CREATE TABLE sign_in_session (
    id text PRIMARY KEY CHECK (id ~ '^[A-Za-z0-9_-]{20,40}$'),
    username text NOT NULL REFERENCES app_user (username) ON DELETE CASCADE,
    signed_in_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > signed_in_at),
    used_at timestamptz NOT NULL,
    -- When a console of it was last connected; null: never.
    shown_at timestamptz,
    -- It may only set up a second factor.
    enrolling boolean NOT NULL,
    with_second_factor boolean NOT NULL,
    address text NOT NULL,
    program text NOT NULL,
    ended_at timestamptz,
    ended_by text CHECK ((ended_by IS NULL) = (ended_at IS NULL)),
    version bigint NOT NULL
);
CREATE INDEX sign_in_session_by_user ON sign_in_session (username, signed_in_at DESC);
CREATE INDEX sign_in_session_by_version ON sign_in_session (version);

CREATE TABLE second_factor (
    username text PRIMARY KEY REFERENCES app_user (username) ON DELETE CASCADE,
    -- Sealed by the api: a copy of the database alone makes no codes.
    secret bytea NOT NULL,
    begun_at timestamptz NOT NULL,
    -- Null until a code of it was shown to us: nothing is asked for by it before.
    confirmed_at timestamptz,
    -- The step of the last code that was taken: it and older ones are taken no more.
    last_step bigint NOT NULL DEFAULT 0,
    wrong_codes integer NOT NULL DEFAULT 0
);

CREATE TABLE recovery_code (
    username text NOT NULL REFERENCES second_factor (username) ON DELETE CASCADE,
    digest bytea NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (username, digest)
);

CREATE TABLE api_key (
    prefix text PRIMARY KEY CHECK (prefix ~ '^[a-z2-7]{8}$'),
    -- SHA-256 of 256 random bits: nothing that could be guessed, so nothing that has to be slow.
    digest bytea NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    role text NOT NULL CHECK (role IN ('regulator', 'enterprise')),
    enterprise text REFERENCES enterprise (code),
    scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
    revoked_at timestamptz,
    revoked_by text CHECK ((revoked_by IS NULL) = (revoked_at IS NULL)),
    version bigint NOT NULL,
    CHECK ((role = 'enterprise') = (enterprise IS NOT NULL)),
    CHECK (role <> 'regulator' OR scopes = ARRAY['read'])
);
CREATE INDEX api_key_by_version ON api_key (version);

GRANT SELECT, UPDATE ON identity_book TO pw_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_session, second_factor, recovery_code TO pw_api;
GRANT SELECT, INSERT ON api_key TO pw_api;
GRANT UPDATE (revoked_at, revoked_by, version) ON api_key TO pw_api;
