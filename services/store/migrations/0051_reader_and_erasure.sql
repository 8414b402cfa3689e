-- Who only reads asks the database as a role that can do nothing else: the api takes it up for the
-- transactions of regulators, inspectors and keys that only read (`SET LOCAL ROLE pw_reader`).

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pw_reader') THEN
        CREATE ROLE pw_reader NOLOGIN;
    END IF;
    IF NOT pg_has_role('pw_api', 'pw_reader', 'MEMBER') THEN
        GRANT pw_reader TO pw_api;
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'the role pw_reader is missing, or pw_api is no member of it: let a superuser '
                    'say "CREATE ROLE pw_reader NOLOGIN; GRANT pw_reader TO pw_api" and migrate again';
END $$;

GRANT USAGE ON SCHEMA public TO pw_reader;

-- It may read the tables that the api may read, but for what tells of passwords, keys and sessions, and
-- nothing else, whatever a migration granted; a table that the api reads by column (it holds a secret)
-- it does not. Called after each migration, so that no new table is forgotten.
CREATE FUNCTION let_the_reader_read() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    kept_from CONSTANT name[] := ARRAY[
        'api_key', 'app_user', 'identity_book', 'kept_answer', 'oidc_identity', 'recovery_code',
        'second_factor', 'sign_in_session', 'sign_in_try'];
    each record;
BEGIN
    FOR each IN
        SELECT its.oid::regclass AS wanted,
               has_table_privilege('pw_api', its.oid, 'SELECT')
               AND its.relname <> ALL (kept_from) AS may,
               has_table_privilege('pw_reader', its.oid, 'SELECT') AS does
        FROM pg_class AS its
        WHERE its.relnamespace = 'public'::regnamespace AND its.relkind IN ('r', 'p', 'v')
          AND pg_has_role(its.relowner, 'MEMBER')
    LOOP
        IF each.may AND NOT each.does THEN
            EXECUTE format('GRANT SELECT ON %s TO pw_reader', each.wanted);
        ELSIF each.does AND NOT each.may THEN
            EXECUTE format('REVOKE SELECT ON %s FROM pw_reader', each.wanted);
        END IF;
    END LOOP;
    -- Functions that read with their owner's rights, for the transaction's tenant.
    FOR each IN
        SELECT its.oid::regprocedure AS wanted
        FROM pg_proc AS its
        WHERE its.pronamespace = 'public'::regnamespace AND its.prosecdef AND its.provolatile = 's'
          AND pg_has_role(its.proowner, 'MEMBER')
          AND has_function_privilege('pw_api', its.oid, 'EXECUTE')
          AND NOT has_function_privilege('pw_reader', its.oid, 'EXECUTE')
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO pw_reader', each.wanted);
    END LOOP;
END $$;
REVOKE EXECUTE ON FUNCTION let_the_reader_read FROM PUBLIC;

-- It is held to the transaction's tenant as the api is.
CREATE OR REPLACE FUNCTION keep_apart(
    wanted regclass,
    mine text DEFAULT 'enterprise = (SELECT current_setting(''parkwatch.tenant'', true))'
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    owner name;
BEGIN
    SELECT pg_get_userbyid(relowner) INTO owner FROM pg_class WHERE oid = wanted;
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', wanted);
    EXECUTE format(
        'CREATE POLICY tenant ON %s TO pw_api, pw_reader'
        ' USING ((SELECT current_setting(''parkwatch.tenant'', true) = ''*'') OR %s)', wanted, mine);
    EXECUTE format('CREATE POLICY every_tenant ON %s TO pw_ingest, pw_alerts, %I'
                   ' USING (true)', wanted, owner);
END $$;

DO $$
DECLARE
    its text;
BEGIN
    FOR its IN SELECT polrelid::regclass FROM pg_policy WHERE polname = 'tenant' LOOP
        EXECUTE format('ALTER POLICY tenant ON %s TO pw_api, pw_reader', its);
    END LOOP;
END $$;
ALTER POLICY park_reads ON audit TO pw_api, pw_reader;

-- A drill names the enterprises that it was played on the twins of, and a simulator what it can play:
-- the park's, and no enterprise's.
SELECT keep_apart('drill', 'false');
SELECT keep_apart('drill_station', 'false');

-- Tables of a session's own are for ingest alone, whose batches go by one.
DO $$
BEGIN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO pw_ingest', current_database());
END $$;

-- All that hangs on an enterprise's people, by their names: sessions, second factors, tries to sign in.
CREATE FUNCTION forget_people(wanted text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    people CONSTANT text[] := ARRAY(SELECT username FROM app_user WHERE enterprise = wanted);
    its text;
BEGIN
    DELETE FROM sign_in_try WHERE name = ANY(people);
    FOR its IN
        SELECT field.attrelid::regclass FROM pg_attribute AS field JOIN pg_class ON oid = attrelid
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
          AND attname = 'username' AND NOT attisdropped AND relname NOT IN ('app_user', 'gateway')
    LOOP
        EXECUTE format('DELETE FROM %s WHERE username = ANY($1)', its) USING people;
    END LOOP;
    DELETE FROM app_user WHERE enterprise = wanted;
END $$;

-- An enterprise that leaves the park, in two acts of the owner's. First it is closed: the services see
-- its register go as they see any change, alarms are withdrawn, gateways are cut, and its people and
-- keys are in no more. Its data stay for thirty days.
CREATE FUNCTION close_tenant(wanted text, who text, because text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    codes CONSTANT text[] := ARRAY[wanted, 'drill-' || wanted];
    book bigint;
    moment CONSTANT timestamptz := now();
    keys bigint;
BEGIN
    UPDATE book SET version = version + 1 RETURNING version INTO book;
    UPDATE enterprise SET deleted_at = moment, book_version = book
    WHERE code = wanted AND deleted_at IS NULL;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE enterprise SET deleted_at = moment, book_version = book
    WHERE code = ANY(codes) AND deleted_at IS NULL;
    UPDATE rule SET valid_to = greatest(moment, valid_from), book_version = book,
        ended_by = who, ended_reason = because
    WHERE enterprise = ANY(codes) AND valid_to IS NULL;
    UPDATE detector_rule SET valid_to = greatest(moment, valid_from), book_version = book,
        ended_by = who, ended_reason = because
    WHERE enterprise = ANY(codes) AND valid_to IS NULL;
    UPDATE suppression_rule SET valid_to = greatest(moment, valid_from), book_version = book,
        ended_by = who, ended_reason = because
    WHERE enterprise = ANY(codes) AND valid_to IS NULL;
    UPDATE detector_group SET deleted_at = moment, book_version = book
    WHERE enterprise = ANY(codes) AND deleted_at IS NULL;
    UPDATE interlock_bypass SET closed_at = moment, book_version = book
    WHERE enterprise = ANY(codes) AND closed_at IS NULL;
    UPDATE interlock SET valid_to = greatest(moment, valid_from), book_version = book
    WHERE enterprise = ANY(codes) AND valid_to IS NULL;
    UPDATE key_place SET removed = true, book_version = book
    WHERE enterprise = ANY(codes) AND valid_to IS NULL;
    UPDATE hazard_source SET valid_to = greatest(moment, valid_from), book_version = book
    WHERE enterprise = ANY(codes) AND valid_to IS NULL;
    UPDATE point SET deleted_at = moment, book_version = book
    WHERE enterprise = ANY(codes) AND deleted_at IS NULL;
    UPDATE gateway SET deleted_at = moment, book_version = book
    WHERE enterprise = ANY(codes) AND deleted_at IS NULL;
    UPDATE identity_book SET version = version + 1 RETURNING version INTO keys;
    UPDATE api_key SET revoked_at = moment, revoked_by = who, version = keys
    WHERE enterprise = wanted AND revoked_at IS NULL;
    PERFORM forget_people(wanted);
    RETURN true;
END $$;

-- Then, thirty days later at the earliest (安监总局令第40号, article 13: data are kept for no less), all
-- that bears the enterprise is deleted, in every table that there is, its twin's too; table by table it
-- answers how many rows went. What stays: the chains, which would not verify any more (`journal`,
-- `audit`), and of the register the bare code, so that nobody is ever given it and the journal with it.
CREATE FUNCTION erase_tenant(wanted text) RETURNS TABLE (place text, gone bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    codes CONSTANT text[] := ARRAY[wanted, 'drill-' || wanted];
    numbers CONSTANT integer[] := ARRAY(SELECT id FROM point WHERE enterprise = ANY(codes));
    closed timestamptz;
    waiting text[];
    left_over text[];
    its text;
    rows bigint;
BEGIN
    SELECT deleted_at INTO closed FROM enterprise WHERE code = wanted FOR UPDATE;
    IF closed IS NULL OR closed > now() - interval '30 days' THEN
        RAISE EXCEPTION 'enterprise % is not closed since thirty days', wanted
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    PERFORM forget_people(wanted);
    CREATE TEMPORARY TABLE erased (place text, gone bigint) ON COMMIT DROP;
    -- What knows points by their numbers alone.
    FOR its IN
        SELECT field.attrelid::regclass FROM pg_attribute AS field JOIN pg_class ON oid = attrelid
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
          AND attname = 'point_id' AND NOT attisdropped
    LOOP
        EXECUTE format('DELETE FROM %s WHERE point_id = ANY($1)', its) USING numbers;
        GET DIAGNOSTICS rows = ROW_COUNT;
        INSERT INTO erased VALUES (its, rows);
    END LOOP;
    DELETE FROM rollup_note WHERE points <@ numbers;
    UPDATE rollup_note SET (points, minutes) = (
        SELECT array_agg(number), array_agg(minute) FROM unnest(points, minutes) AS each (number, minute)
        WHERE number <> ALL (numbers))
    WHERE points && numbers;
    DELETE FROM engine_leftover WHERE alarm_id IN (
        SELECT alarm_id FROM journal WHERE enterprise = ANY(codes)
        UNION ALL SELECT id FROM alarm WHERE enterprise = ANY(codes));
    -- What bears its code; what others refer to goes once they are gone.
    waiting := ARRAY(
        SELECT field.attrelid::regclass::text FROM pg_attribute AS field JOIN pg_class ON oid = attrelid
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
          AND attname = 'enterprise' AND NOT attisdropped AND relname <> 'journal' ORDER BY 1);
    WHILE waiting <> '{}' LOOP
        left_over := '{}';
        FOREACH its IN ARRAY waiting LOOP
            BEGIN
                EXECUTE format('DELETE FROM %s WHERE enterprise = ANY($1)', its) USING codes;
                GET DIAGNOSTICS rows = ROW_COUNT;
                INSERT INTO erased VALUES (its, rows);
            EXCEPTION WHEN foreign_key_violation THEN
                left_over := left_over || its;
            END;
        END LOOP;
        IF left_over = waiting THEN
            RAISE EXCEPTION 'of enterprise % cannot be deleted: %', wanted, array_to_string(waiting, ', ')
                USING ERRCODE = 'foreign_key_violation';
        END IF;
        waiting := left_over;
    END LOOP;
    -- What names it inside: drills on its twin, and what a simulator says that it can play.
    DELETE FROM drill WHERE jsonb_path_exists(gateways, '$.** ? (@ == $its)', jsonb_build_object('its', wanted));
    GET DIAGNOSTICS rows = ROW_COUNT;
    INSERT INTO erased VALUES ('drill', rows);
    DELETE FROM drill_station
    WHERE jsonb_path_exists(scenarios, '$.** ? (@ == $its)', jsonb_build_object('its', wanted));
    UPDATE enterprise SET name = code, name_en = NULL, file = '{}' WHERE code = ANY(codes);
    RETURN QUERY SELECT place, sum(gone)::bigint FROM erased
        WHERE gone > 0 GROUP BY place ORDER BY place;
END $$;
REVOKE EXECUTE ON FUNCTION forget_people, close_tenant, erase_tenant FROM PUBLIC;
