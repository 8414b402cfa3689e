-- A chart of a day asks for minutes as they are kept: each stands once, so there is nothing to sum up,
-- which was half of what its statement cost.

CREATE OR REPLACE FUNCTION minutes_stepped(
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
    IF width = interval '1 minute' THEN
        RETURN QUERY
        SELECT part.bucket, part.low, part.high, part.total / nullif(part.number, 0)::float8,
               part.number::bigint, part.bad::bigint,
               CASE WHEN part.last_at IS NOT NULL THEN part.last END, part.quality
        FROM (
            SELECT its.bucket, its.last_at, its.low, its.high, its.total, its.last, its.number,
                   its.bad, its.quality
            FROM rollup_minute AS its
            WHERE its.point_id = asked AND its.bucket >= first AND its.bucket < past
              AND (its.bucket < rolled OR its.bucket >= horizon)
            UNION ALL
            SELECT * FROM minutes_of(asked, raw_first, raw_past, raw_first, raw_past)
        ) AS part
        ORDER BY part.bucket LIMIT most;
        RETURN;
    END IF;
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
