-- The lock-out as all apis share it, and who is known by an OpenID provider. People are the park's, as
-- app_user is: these keys begin with what identifies a person, not with an enterprise.

-- Tries to sign in, by name and address together, whether there is such a name or not.
CREATE TABLE sign_in_try (
    name text NOT NULL,
    address text NOT NULL,
    tries integer NOT NULL CHECK (tries >= 0),
    -- Until then they count; with all of them spent this name waits at this address.
    until timestamptz NOT NULL,
    PRIMARY KEY (name, address)
);
CREATE INDEX sign_in_try_by_end ON sign_in_try (until);

-- The person that a subject of a provider is here. Not by name: names are given again, subjects are not.
CREATE TABLE oidc_identity (
    issuer text NOT NULL,
    subject text NOT NULL,
    username text NOT NULL UNIQUE REFERENCES app_user (username) ON DELETE CASCADE,
    first_seen_at timestamptz NOT NULL,
    PRIMARY KEY (issuer, subject)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_try, oidc_identity TO pw_api;
