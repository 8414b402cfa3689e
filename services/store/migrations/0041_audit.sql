-- The audit: who did, read or was refused what, in one chain of the park beside the engine's journals.
-- It is the park's, not a tenant's: only admins and regulators read it. `concerns` names the
-- enterprise whose things a row is about.

CREATE TABLE audit (
    seq bigint PRIMARY KEY CHECK (seq > 0),
    at timestamptz NOT NULL,
    actor text NOT NULL,
    what text NOT NULL,
    concerns text,
    request_id text NOT NULL,
    body text NOT NULL,
    previous bytea NOT NULL,
    hash bytea NOT NULL,
    -- Whoever writes a row links it as anybody can verify.
    CONSTRAINT audit_hash CHECK (hash = sha256(previous || convert_to(body, 'UTF8')))
);
CREATE INDEX audit_by_actor ON audit (actor, seq);
CREATE INDEX audit_by_concern ON audit (concerns, seq);
CREATE INDEX audit_by_request ON audit (request_id);
CREATE INDEX audit_by_time ON audit (at);

-- Where the chain ends. Its row is locked by whoever adds one, from the last statement of a change
-- to its commit: so the order of commits is the order of the chain, without a gap.
CREATE TABLE audit_head (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    seq bigint NOT NULL DEFAULT 0,
    hash bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex')
);
INSERT INTO audit_head DEFAULT VALUES;

CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row of the audit is never changed or removed'
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_stays();

GRANT SELECT, INSERT ON audit TO pw_api;
GRANT SELECT, UPDATE ON audit_head TO pw_api;

-- What a transaction of the api changes is collected in a setting that lasts as long as the
-- transaction: the audit row tells what was really changed, and can be of no other transaction.
-- Bounded: the first 20 rows of a statement and some 64 KB of a transaction; of all others the number.
CREATE FUNCTION audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    told text := coalesce(current_setting('parkwatch.changes', true), '');
    number bigint;
    old_told jsonb;
    new_told jsonb;
    note jsonb;
BEGIN
    IF current_user <> 'pw_api' THEN
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        SELECT count(*) INTO number FROM old_rows;
        SELECT jsonb_agg(to_jsonb(each)) INTO old_told FROM (SELECT * FROM old_rows LIMIT 20) AS each;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        SELECT count(*) INTO number FROM new_rows;
        SELECT jsonb_agg(to_jsonb(each)) INTO new_told FROM (SELECT * FROM new_rows LIMIT 20) AS each;
    END IF;
    IF number = 0 THEN
        RETURN NULL;
    END IF;
    note := jsonb_build_object('table', TG_TABLE_NAME, 'did', lower(TG_OP), 'rows', number);
    IF length(told) + length(coalesce(old_told::text, '') || coalesce(new_told::text, '')) < 65536
    THEN
        note := note || jsonb_build_object('before', old_told, 'after', new_told);
    END IF;
    IF length(told) < 131072 THEN
        PERFORM set_config('parkwatch.changes', told || note::text || E'\n', true);
    END IF;
    RETURN NULL;
END $$;

-- Called by the migration that makes a table which the api changes for somebody.
CREATE FUNCTION audit_of(wanted regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER audit_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS '
        'new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change()', wanted);
    EXECUTE format('CREATE TRIGGER audit_update AFTER UPDATE ON %s REFERENCING OLD TABLE AS '
        'old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change()', wanted);
    EXECUTE format('CREATE TRIGGER audit_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS '
        'old_rows FOR EACH STATEMENT EXECUTE FUNCTION audit_change()', wanted);
END $$;
REVOKE EXECUTE ON FUNCTION audit_of(regclass) FROM PUBLIC;

SELECT audit_of(wanted::regclass) FROM unnest(ARRAY[
    'api_key', 'app_user', 'approval', 'conformance', 'detector_group', 'detector_group_member',
    'detector_rule', 'detector_rule_point', 'enterprise', 'gateway', 'hazard_source',
    'interlock', 'interlock_bypass', 'interlock_bypass_act', 'interlock_trip_word', 'key_place',
    'letter_request', 'point', 'recovery_code', 'risk_weights', 'rule', 'second_factor',
    'shelving_policy', 'sign_in_session', 'suppression_rule', 'suppression_target'
]) AS wanted;
