-- Drills: scenarios that a simulator plays on twins of enterprises, and what people made of them.

-- A twin is known by its code alone, so no enterprise of the field may have such a one.
DO $$
DECLARE taken text;
BEGIN
    SELECT code INTO taken FROM enterprise WHERE lower(left(code, 6)) = 'drill-' LIMIT 1;
    IF taken IS NOT NULL THEN
        RAISE EXCEPTION 'enterprise % has a code that belongs to drills: its alarms would count as '
                        'exercises; register it under another code first', taken;
    END IF;
END $$;

-- What a simulator can play, as it told last. `scenarios`: as `services.api.drill_body` takes them.
CREATE TABLE drill_station (
    name text PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 64),
    scenarios jsonb NOT NULL,
    seen_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON drill_station TO pw_api;

-- One row a drill; one at a time in the park. `gateways`: enterprise and gateway of those that get
-- twins; `record` (text as it was hashed): what it came to.
CREATE TABLE drill (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scenario text NOT NULL,
    title text NOT NULL,
    title_en text NOT NULL,
    duration_s integer NOT NULL CHECK (duration_s > 0),
    gateways jsonb NOT NULL,
    target_s integer NOT NULL CHECK (target_s > 0),
    note text,
    ordered_by text NOT NULL,
    ordered_at timestamptz NOT NULL,
    station text NOT NULL,
    began_at timestamptz,
    ends_at timestamptz,
    finished_at timestamptz,
    finished_by text,
    outcome text CHECK (outcome IN ('ended', 'stopped', 'failed', 'abandoned')),
    record text,
    sha256 text,
    CHECK ((began_at IS NULL) = (ends_at IS NULL)),
    CHECK ((finished_at IS NULL) = (outcome IS NULL))
);
CREATE UNIQUE INDEX drill_one_at_a_time ON drill ((true)) WHERE finished_at IS NULL;
CREATE TRIGGER drill_is_a_record BEFORE UPDATE ON drill
FOR EACH ROW WHEN (old.finished_at IS NOT NULL) EXECUTE FUNCTION refuse_change_of_record();

GRANT SELECT, INSERT ON drill TO pw_api;
GRANT UPDATE (began_at, ends_at, finished_at, finished_by, outcome, record, sha256) ON drill TO pw_api;
