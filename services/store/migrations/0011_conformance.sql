-- The test-bench for gateways: what was asked of one, what it showed, and points under test.

-- While a point is under test, what it raises is an exercise (judging times, the end not included).
ALTER TABLE point
    ADD COLUMN exercise_from timestamptz,
    ADD COLUMN exercise_until timestamptz,
    ADD CONSTRAINT point_exercise CHECK (
        (exercise_from IS NULL) = (exercise_until IS NULL)
        AND exercise_until - exercise_from <= interval '1 hour');

-- One row a run. `progress` is how it goes; `record` (text as it was hashed) what it came to.
CREATE TABLE conformance (
    enterprise text NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    gateway text NOT NULL,
    asked_by text NOT NULL,
    test_tag text,
    duration_s integer NOT NULL,
    cut_s integer NOT NULL,
    started_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    finished_at timestamptz,
    outcome text NOT NULL DEFAULT 'running' CHECK (outcome IN
        ('running', 'passed', 'failed', 'incomplete', 'interrupted')),
    progress text NOT NULL,
    record text,
    sha256 text,
    PRIMARY KEY (enterprise, id),
    CHECK ((finished_at IS NULL) = (outcome = 'running'))
);
CREATE UNIQUE INDEX conformance_running ON conformance (enterprise, gateway)
    WHERE finished_at IS NULL;
CREATE INDEX conformance_by_gateway ON conformance (enterprise, gateway, id);

-- What is finished is a record: nobody changes it any more.
CREATE FUNCTION refuse_change_of_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a finished run is a record: it is not changed';
END $$;
CREATE TRIGGER conformance_is_a_record BEFORE UPDATE ON conformance
FOR EACH ROW WHEN (old.finished_at IS NOT NULL) EXECUTE FUNCTION refuse_change_of_record();

GRANT SELECT, INSERT ON conformance TO pw_api;
GRANT UPDATE (finished_at, outcome, progress, record, sha256) ON conformance TO pw_api;
