-- Roll-ups of readings per minute and hour, right after late data; and what may be dropped when.
--
-- A reading measured in the window [closed, horizon) needs no note: its minute is rolled up for
-- all points once it is over. Whatever lies outside is noted by the transaction that stores it,
-- which holds the window's row FOR SHARE, so that the window cannot move past it unseen.
-- Minutes before `rolled` and from `horizon` on are in the roll-ups (but for what is noted);
-- those between are read from the readings themselves.

CREATE TABLE rollup_window (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    rolled timestamptz NOT NULL,
    closed timestamptz NOT NULL,
    horizon timestamptz NOT NULL,
    CHECK (rolled <= closed AND closed <= horizon)
);
INSERT INTO rollup_window (rolled, closed, horizon)
SELECT minute, minute, minute FROM date_trunc('minute', now(), 'UTC') AS minute;

-- Minutes of points to be rolled up again: one row a batch, the two lists side by side. It grows
-- by 12 bytes for a late reading's minute, a tenth of what the reading takes, and is worked off
-- within seconds.
CREATE TABLE rollup_note (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    points integer[] NOT NULL,
    minutes timestamptz[] NOT NULL,
    noted_at timestamptz NOT NULL DEFAULT now()
);
-- Numbers do not get smaller by being compressed, and it would cost ingest time.
ALTER TABLE rollup_note ALTER points SET STORAGE EXTERNAL, ALTER minutes SET STORAGE EXTERNAL;

-- `number` usable values (neither bad nor missing) make low, high, total and the last one, measured
-- at `last_at`; `bad` ones are counted apart. `quality` is the worst of all of them.
CREATE TABLE rollup_minute (
    point_id integer NOT NULL,
    bucket timestamptz NOT NULL,
    last_at timestamptz,
    low double precision,
    high double precision,
    total double precision,
    last double precision,
    number bigint NOT NULL,
    bad bigint NOT NULL,
    quality smallint NOT NULL,
    PRIMARY KEY (point_id, bucket)
);
CREATE TABLE rollup_hour (LIKE rollup_minute INCLUDING ALL);
-- One length of chunk for both, so that both forget the same past.
SELECT create_hypertable('rollup_minute', 'bucket', chunk_time_interval => interval '7 days',
                         create_default_indexes => false),
       create_hypertable('rollup_hour', 'bucket', chunk_time_interval => interval '7 days',
                         create_default_indexes => false);

-- What a minute held before its readings were dropped: late ones are added to that, not to nothing.
CREATE TABLE rollup_base (LIKE rollup_minute INCLUDING ALL);

-- A day of readings (by their own time, UTC): when its newest one was received, and whether
-- readings of it were dropped.
CREATE TABLE reading_day (
    day timestamptz PRIMARY KEY,
    newest_received_at timestamptz NOT NULL,
    dropped_at timestamptz
);

-- What one point's readings of [first, past) come to per minute; the only place that says so.
-- [since, until) holds all of it and is known when the query is planned, so that no other chunks
-- are looked at. A sum is kept from overflowing by taking no value as more than 1e290.
CREATE FUNCTION minutes_of(point integer, first timestamptz, past timestamptz,
                           since timestamptz, until timestamptz)
RETURNS TABLE (bucket timestamptz, last_at timestamptz, low double precision, high double precision,
               total double precision, last double precision, number bigint, bad bigint,
               quality smallint)
LANGUAGE sql STABLE AS $$
    SELECT minute.bucket, minute.last_at, minute.low, minute.high, minute.total,
           (SELECT value FROM reading
            WHERE point_id = point AND measured_at = minute.last_at AND reading.quality < 2
              AND measured_at >= since AND measured_at < until AND value IS NOT NULL
            ORDER BY received_at DESC, value DESC LIMIT 1),
           minute.number, minute.every - minute.number, minute.quality
    FROM (SELECT date_trunc('minute', measured_at, 'UTC') AS bucket,
                 max(measured_at) FILTER (WHERE reading.quality < 2 AND value IS NOT NULL) AS last_at,
                 min(value) FILTER (WHERE reading.quality < 2) AS low,
                 max(value) FILTER (WHERE reading.quality < 2) AS high,
                 sum(greatest(-1e290, least(1e290, value)))
                     FILTER (WHERE reading.quality < 2 AND value IS NOT NULL) AS total,
                 count(value) FILTER (WHERE reading.quality < 2) AS number,
                 count(*) AS every,
                 max(reading.quality) AS quality
          FROM reading
          WHERE point_id = point AND measured_at >= first AND measured_at < past
            AND measured_at >= since AND measured_at < until
          GROUP BY 1) AS minute
$$;

-- Who may drop: nobody but these functions, which refuse what must be kept whoever asks.

CREATE FUNCTION drop_reading_day(wanted timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
    past timestamptz := wanted + interval '1 day';
    kept_since timestamptz := now() - interval '30 days';
    young boolean;
BEGIN
    IF past > kept_since THEN
        RAISE EXCEPTION 'readings of the last 30 days are kept by law';
    END IF;
    EXECUTE 'SELECT EXISTS (SELECT FROM reading WHERE measured_at >= $1 AND measured_at < $2
                            AND received_at > $3)' INTO young USING wanted, past, kept_since;
    IF young THEN
        RAISE EXCEPTION 'readings received in the last 30 days are kept by law';
    END IF;
    -- From here on no batch can note anything; what was noted must be rolled up first.
    PERFORM FROM rollup_window WHERE past <= rolled FOR UPDATE;
    IF NOT FOUND OR EXISTS (SELECT FROM rollup_note) OR EXISTS (
        SELECT FROM reading_day WHERE day = wanted AND newest_received_at > kept_since) THEN
        RETURN false;
    END IF;
    PERFORM drop_chunks('reading', older_than => past, newer_than => wanted);
    DELETE FROM rollup_base WHERE bucket >= wanted AND bucket < past;
    INSERT INTO reading_day (day, newest_received_at, dropped_at) VALUES (wanted, past, now())
    ON CONFLICT (day) DO UPDATE SET dropped_at = now();
    RETURN true;
END $$;

CREATE FUNCTION drop_rollups(wanted timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE past timestamptz := wanted + interval '7 days';
BEGIN
    IF past > now() - interval '1095 days' THEN
        RAISE EXCEPTION 'roll-ups are kept for three years';
    END IF;
    PERFORM drop_chunks('rollup_minute', older_than => past, newer_than => wanted),
            drop_chunks('rollup_hour', older_than => past, newer_than => wanted);
END $$;

CREATE FUNCTION forget_rows(wanted text, older_than timestamptz, most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    moment text := CASE wanted WHEN 'gateway_message' THEN 'received_at'
        WHEN 'unregistered_reading' THEN 'received_at' WHEN 'gateway_event' THEN 'last_at' END;
    gone bigint;
BEGIN
    IF moment IS NULL OR older_than > now() - interval '30 days' THEN
        RAISE EXCEPTION 'what is younger than 30 days is kept, and of % nothing is forgotten', wanted;
    END IF;
    EXECUTE format('DELETE FROM %I WHERE ctid = ANY (ARRAY(SELECT ctid FROM %I WHERE %I < $1 LIMIT $2))',
                   wanted, wanted, moment) USING older_than, most;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;
-- In the order in which they come, so that the smallest of indexes finds the old ones.
CREATE INDEX IF NOT EXISTS gateway_message_received ON gateway_message USING brin (received_at);

-- Where TimescaleDB's own licence allows it, a day of readings in columns: about a thirteenth of
-- the room. The Apache edition raises an error here, so nobody there calls it.
CREATE FUNCTION compress_reading_day(wanted timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
BEGIN
    IF current_setting('timescaledb.license') <> 'timescale' THEN
        RAISE EXCEPTION 'this edition of TimescaleDB has no columnstore';
    END IF;
    IF NOT (SELECT compression_enabled FROM timescaledb_information.hypertables
            WHERE hypertable_name = 'reading') THEN
        EXECUTE $enable$ALTER TABLE reading SET (timescaledb.compress,
            timescaledb.compress_segmentby = 'point_id',
            timescaledb.compress_orderby = 'measured_at DESC, value, quality')$enable$;
    END IF;
    PERFORM compress_chunk(chunk, if_not_compressed => true)
    FROM show_chunks('reading', older_than => wanted + interval '1 day', newer_than => wanted) AS chunk;
END $$;

REVOKE EXECUTE ON FUNCTION drop_reading_day, drop_rollups, forget_rows, compress_reading_day FROM PUBLIC;
GRANT EXECUTE ON FUNCTION drop_reading_day, drop_rollups, forget_rows, compress_reading_day TO pw_ingest;
GRANT SELECT, UPDATE ON rollup_window TO pw_ingest;
GRANT SELECT, INSERT, DELETE ON rollup_note TO pw_ingest;
GRANT SELECT, INSERT, UPDATE ON rollup_minute, rollup_hour, reading_day TO pw_ingest;
GRANT SELECT, INSERT ON rollup_base TO pw_ingest;
GRANT SELECT ON rollup_minute, rollup_hour, rollup_window, reading_day TO pw_api;

-- What is stored already is rolled up like late data.
INSERT INTO reading_day (day, newest_received_at)
SELECT date_trunc('day', measured_at, 'UTC'), max(received_at) FROM reading GROUP BY 1;
INSERT INTO rollup_note (points, minutes)
SELECT array_agg(point_id), array_agg(bucket)
FROM (SELECT DISTINCT point_id, date_trunc('minute', measured_at, 'UTC') AS bucket FROM reading) AS old
GROUP BY point_id, date_trunc('day', bucket, 'UTC');
