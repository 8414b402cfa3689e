-- Tenants kept apart by the database itself: what the api sees and changes is of the tenant that its
-- transaction names (`SET LOCAL parkwatch.tenant`), whatever a statement forgets to ask for. An
-- enterprise's code: its own rows; '*', which can be no code: the whole park; nothing named: no row.

-- Puts a table under the rule; to be called by the migration that makes it. `mine`: which rows are a
-- tenant's; left out: those that bear its code in the column `enterprise`. The setting is read once a
-- statement, not once a row. ingest and alerts serve every tenant and name none (their batches hold
-- readings of many, and an alarm must not wait for a setting), and so does the owner, who migrates and
-- backs up; each of them says so by a policy of its own.
CREATE FUNCTION keep_apart(
    wanted regclass,
    mine text DEFAULT 'enterprise = (SELECT current_setting(''parkwatch.tenant'', true))'
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    owner name;
BEGIN
    SELECT pg_get_userbyid(relowner) INTO owner FROM pg_class WHERE oid = wanted;
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', wanted);
    EXECUTE format(
        'CREATE POLICY tenant ON %s TO pw_api'
        ' USING ((SELECT current_setting(''parkwatch.tenant'', true) = ''*'') OR %s)', wanted, mine);
    EXECUTE format('CREATE POLICY every_tenant ON %s TO pw_ingest, pw_alerts, %I'
                   ' USING (true)', wanted, owner);
END $$;
REVOKE EXECUTE ON FUNCTION keep_apart FROM PUBLIC;

-- An answer that is kept for a repeat belongs to the tenant whose change it tells of.
ALTER TABLE kept_answer ADD COLUMN enterprise text NOT NULL DEFAULT '*';
UPDATE kept_answer AS its SET enterprise = app_user.enterprise
FROM app_user WHERE app_user.username = its.username AND app_user.enterprise IS NOT NULL;
UPDATE kept_answer AS its SET enterprise = api_key.enterprise
FROM api_key WHERE 'key:' || api_key.prefix = its.username AND api_key.enterprise IS NOT NULL;
ALTER TABLE kept_answer
    ALTER COLUMN enterprise DROP DEFAULT,
    DROP CONSTRAINT kept_answer_pkey,
    ADD PRIMARY KEY (enterprise, username, request);
COMMENT ON COLUMN kept_answer.enterprise IS '*: of somebody who is of no enterprise';

SELECT keep_apart('enterprise', 'code = (SELECT current_setting(''parkwatch.tenant'', true))');
SELECT keep_apart(its.oid::regclass)
FROM pg_class AS its JOIN pg_attribute AS field ON field.attrelid = its.oid
WHERE its.relnamespace = 'public'::regnamespace AND its.relkind = 'r'
  AND field.attname = 'enterprise' AND NOT field.attisdropped
ORDER BY its.relname;
-- What hangs on a person is of the person's enterprise; who sees the person sees it.
SELECT keep_apart(wanted, format(
    'EXISTS (SELECT FROM app_user WHERE app_user.username = %I.username)', wanted::text))
FROM unnest(ARRAY['sign_in_session', 'second_factor', 'recovery_code']::regclass[]) AS wanted;

-- A view asks with the rights of who looks through it, or it would show every tenant.
ALTER VIEW detector_rule_named SET (security_invoker = true);
ALTER VIEW detector_rule_watched SET (security_invoker = true);
ALTER VIEW suppression_rule_aimed SET (security_invoker = true);

-- Of the engine's own tables the api reads none that tell of a tenant.
REVOKE SELECT ON engine_leftover FROM pw_api;

-- Measurements bear a point's number and no tenant, and compressed tables take no row-level security:
-- the api reads them by the functions below and in no other way. Each asks first which of the points
-- are the tenant's, and is planned anew at each call, so that it looks at no other chunks.
REVOKE ALL ON reading, rollup_minute, rollup_hour FROM pw_api;

-- Of these points those that the transaction's tenant may see; the park sees those that are registered
-- nowhere, too.
CREATE FUNCTION tenant_points(asked integer[]) RETURNS integer[] LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN current_setting('parkwatch.tenant', true) = '*' THEN asked ELSE ARRAY(
        SELECT id FROM point
        WHERE id = ANY(asked) AND enterprise = current_setting('parkwatch.tenant', true)) END
$$;

-- A page of a point's readings as they came, oldest first, after a place in that order.
CREATE FUNCTION readings_raw(
    asked integer, first timestamptz, past timestamptz,
    after_at timestamptz, after_value double precision, after_quality smallint, most bigint
) RETURNS TABLE (measured_at timestamptz, received_at timestamptz, value double precision,
                 quality smallint, flags smallint)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
    IF tenant_points(ARRAY[asked]) = '{}' THEN RETURN; END IF;
    RETURN QUERY
    SELECT its.measured_at, its.received_at, its.value, its.quality, its.flags
    FROM reading AS its
    WHERE its.point_id = asked AND its.measured_at >= first AND its.measured_at < past
      AND (its.measured_at, coalesce(its.value, 'Infinity'), its.quality)
          > (after_at, after_value, after_quality)
    ORDER BY its.measured_at, coalesce(its.value, 'Infinity'), its.quality LIMIT most;
END $$;

-- How many readings a span of a point holds, counted no further than `most`.
CREATE FUNCTION readings_counted(
    asked integer, first timestamptz, past timestamptz, most bigint
) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    IF tenant_points(ARRAY[asked]) = '{}' THEN RETURN 0; END IF;
    RETURN (SELECT count(*) FROM (
        SELECT FROM reading
        WHERE point_id = asked AND measured_at >= first AND measured_at < past LIMIT most
    ) AS counted);
END $$;

-- A point's readings summed up per step of time; bad ones are counted apart.
CREATE FUNCTION readings_stepped(
    asked integer, width interval, first timestamptz, past timestamptz, most bigint
) RETURNS TABLE (bucket timestamptz, low double precision, high double precision,
                 mean double precision, number bigint, bad bigint, newest double precision,
                 quality smallint)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
    IF tenant_points(ARRAY[asked]) = '{}' THEN RETURN; END IF;
    RETURN QUERY
    SELECT time_bucket(width, its.measured_at) AS step,
           min(its.value) FILTER (WHERE its.quality < 2),
           max(its.value) FILTER (WHERE its.quality < 2),
           sum(greatest(-1e290, least(1e290, its.value)))
               FILTER (WHERE its.quality < 2 AND its.value IS NOT NULL)
               / nullif(count(its.value) FILTER (WHERE its.quality < 2), 0),
           count(its.value) FILTER (WHERE its.quality < 2),
           count(*) - count(its.value) FILTER (WHERE its.quality < 2),
           last(its.value, its.measured_at) FILTER (WHERE its.quality < 2 AND its.value IS NOT NULL),
           max(its.quality)
    FROM reading AS its
    WHERE its.point_id = asked AND its.measured_at >= first AND its.measured_at < past
    GROUP BY step ORDER BY step LIMIT most;
END $$;

-- A point's minutes, whole ones, summed up per step: those not rolled up yet (from `rolled` on and
-- before `horizon`) from the readings of [raw_first, raw_past).
CREATE FUNCTION minutes_stepped(
    asked integer, width interval, first timestamptz, past timestamptz,
    rolled timestamptz, horizon timestamptz, raw_first timestamptz, raw_past timestamptz,
    most bigint
) RETURNS TABLE (bucket timestamptz, low double precision, high double precision,
                 mean double precision, number bigint, bad bigint, newest double precision,
                 quality smallint)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
    IF tenant_points(ARRAY[asked]) = '{}' THEN RETURN; END IF;
    RETURN QUERY
    SELECT time_bucket(width, part.bucket) AS step, min(part.low), max(part.high),
           sum(part.total) / nullif(sum(part.number), 0)::float8, sum(part.number)::bigint,
           sum(part.bad)::bigint,
           last(part.last, part.last_at) FILTER (WHERE part.last_at IS NOT NULL), max(part.quality)
    FROM (
        SELECT its.bucket, its.last_at, its.low, its.high, its.total, its.last, its.number, its.bad,
               its.quality
        FROM rollup_minute AS its
        WHERE its.point_id = asked AND its.bucket >= first AND its.bucket < past
          AND (its.bucket < rolled OR its.bucket >= horizon)
        UNION ALL
        SELECT * FROM minutes_of(asked, raw_first, raw_past, raw_first, raw_past)
    ) AS part
    GROUP BY step ORDER BY step LIMIT most;
END $$;

-- A point's hours, whole ones, summed up per step: those not rolled up yet (from `live_first` on and
-- before `live_past`) from the minutes, as above.
CREATE FUNCTION hours_stepped(
    asked integer, width interval, first timestamptz, past timestamptz,
    live_first timestamptz, live_past timestamptz,
    rolled timestamptz, horizon timestamptz, raw_first timestamptz, raw_past timestamptz,
    most bigint
) RETURNS TABLE (bucket timestamptz, low double precision, high double precision,
                 mean double precision, number bigint, bad bigint, newest double precision,
                 quality smallint)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
    IF tenant_points(ARRAY[asked]) = '{}' THEN RETURN; END IF;
    RETURN QUERY
    SELECT time_bucket(width, part.bucket) AS step, min(part.low), max(part.high),
           sum(part.total) / nullif(sum(part.number), 0)::float8, sum(part.number)::bigint,
           sum(part.bad)::bigint,
           last(part.last, part.last_at) FILTER (WHERE part.last_at IS NOT NULL), max(part.quality)
    FROM (
        SELECT its.bucket, its.last_at, its.low, its.high, its.total, its.last, its.number, its.bad,
               its.quality
        FROM rollup_hour AS its
        WHERE its.point_id = asked AND its.bucket >= first AND its.bucket < past
          AND (its.bucket < live_first OR its.bucket >= live_past)
        UNION ALL
        SELECT its.bucket, its.last_at, its.low, its.high, its.total, its.last, its.number, its.bad,
               its.quality
        FROM rollup_minute AS its
        WHERE its.point_id = asked AND its.bucket >= greatest(first, live_first)
          AND its.bucket < least(past, live_past)
          AND (its.bucket < rolled OR its.bucket >= horizon)
        UNION ALL
        SELECT * FROM minutes_of(asked, raw_first, raw_past, raw_first, raw_past)
    ) AS part
    GROUP BY step ORDER BY step LIMIT most;
END $$;

-- The judgeable readings of many points in a slice of measured time, as arrays a point.
CREATE FUNCTION readings_judged(asked integer[], first timestamptz, past timestamptz)
RETURNS TABLE (point_id integer, measured timestamptz[], received timestamptz[],
               value double precision[])
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    mine integer[] := tenant_points(asked);
BEGIN
    RETURN QUERY
    SELECT its.point_id, array_agg(its.measured_at), array_agg(its.received_at),
           array_agg(its.value)
    FROM reading AS its
    WHERE its.point_id = ANY(mine) AND its.measured_at >= first AND its.measured_at < past
      AND its.value IS NOT NULL AND its.quality < 2
    GROUP BY its.point_id;
END $$;

-- All of them, bad ones and those without a value (NaN) among them, with their qualities.
CREATE FUNCTION readings_every(asked integer[], first timestamptz, past timestamptz)
RETURNS TABLE (point_id integer, measured timestamptz[], received timestamptz[],
               value double precision[], quality bigint[])
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    mine integer[] := tenant_points(asked);
BEGIN
    RETURN QUERY
    SELECT its.point_id, array_agg(its.measured_at), array_agg(its.received_at),
           array_agg(coalesce(its.value, 'NaN')), array_agg(its.quality::bigint)
    FROM reading AS its
    WHERE its.point_id = ANY(mine) AND its.measured_at >= first AND its.measured_at < past
    GROUP BY its.point_id;
END $$;

-- Whether anything was ever read at a point.
CREATE FUNCTION has_readings(asked integer) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    RETURN EXISTS (SELECT FROM reading WHERE point_id = ANY(tenant_points(ARRAY[asked])));
END $$;

-- Which of these numbers of points are in use, by whomever: a number is one of the whole park, because
-- measurements know nothing else. The api draws the numbers by lot and tells nobody which were taken.
CREATE FUNCTION numbers_in_use(asked integer[]) RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT id FROM point WHERE id = ANY(asked)
$$;

REVOKE EXECUTE ON FUNCTION tenant_points, readings_raw, readings_counted, readings_stepped,
    minutes_stepped, hours_stepped, readings_judged, readings_every, has_readings, numbers_in_use
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION readings_raw, readings_counted, readings_stepped, minutes_stepped,
    hours_stepped, readings_judged, readings_every, has_readings, numbers_in_use TO pw_api;
