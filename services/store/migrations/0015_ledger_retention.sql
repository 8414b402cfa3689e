-- Gaps that are over and the figures of long ago are forgotten, too: what is kept has an end.
-- A gap still open is never forgotten, whatever its age (its `closed_at` is null).
CREATE OR REPLACE FUNCTION forget_rows(wanted text, older_than timestamptz, most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    moment text := CASE wanted WHEN 'gateway_message' THEN 'received_at'
        WHEN 'unregistered_reading' THEN 'received_at' WHEN 'gateway_event' THEN 'last_at'
        WHEN 'gap' THEN 'closed_at' WHEN 'gateway_day' THEN 'day' END;
    least_days integer := CASE wanted WHEN 'gap' THEN 400 WHEN 'gateway_day' THEN 1095 ELSE 30 END;
    gone bigint;
BEGIN
    IF moment IS NULL OR older_than > now() - make_interval(days => least_days) THEN
        RAISE EXCEPTION 'what is younger than % days is kept, and of % nothing is forgotten',
            least_days, wanted;
    END IF;
    EXECUTE format('DELETE FROM %I WHERE ctid = ANY (ARRAY(SELECT ctid FROM %I WHERE %I < $1 LIMIT $2))',
                   wanted, wanted, moment) USING older_than, most;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;

CREATE INDEX gap_closed ON gap (closed_at) WHERE closed_at IS NOT NULL;
-- In the order of their days, so that the smallest of indexes finds the old ones.
CREATE INDEX gateway_day_by_day ON gateway_day USING brin (day);
