-- The file of an enterprise (一企一档), what the register keeps of a point beside what is judged by,
-- and who changed what of them. None of it travels with the book to ingest or the engine.

ALTER TABLE enterprise ADD COLUMN file jsonb NOT NULL DEFAULT '{}';
COMMENT ON COLUMN enterprise.file IS
    'address, area, contacts, licences, substances, staff, zones; contacts are personal data';

ALTER TABLE point
    ADD COLUMN height_m double precision CHECK (height_m BETWEEN -1000 AND 1000),
    ADD COLUMN criticality text CHECK (criticality IN ('high', 'medium', 'low')),
    ADD COLUMN converted_from text CHECK (converted_from IN ('gcj02')),
    ADD COLUMN calibrated_on date,
    ADD COLUMN calibration_due_on date CHECK (calibration_due_on > calibrated_on),
    ADD COLUMN bump_tested_on date,
    ADD COLUMN bump_test_due_on date CHECK (bump_test_due_on > bump_tested_on);
COMMENT ON COLUMN point.converted_from IS
    'the coordinates that its position was given in; lon and lat are WGS 84';

-- Whose calibration or bump test is due: few of all.
CREATE INDEX point_by_due_day ON point (least(calibration_due_on, bump_test_due_on))
    WHERE deleted_at IS NULL
      AND (calibration_due_on IS NOT NULL OR bump_test_due_on IS NOT NULL);

CREATE TABLE register_change (
    enterprise text NOT NULL REFERENCES enterprise (code),
    number bigint GENERATED ALWAYS AS IDENTITY,
    subject text NOT NULL CHECK (subject IN ('enterprise', 'point')),
    name text NOT NULL,
    at timestamptz NOT NULL,
    changed_by text NOT NULL,
    before jsonb,
    after jsonb NOT NULL,
    PRIMARY KEY (enterprise, number)
);
COMMENT ON COLUMN register_change.before IS 'of each field that changed; null: it was made new';
CREATE INDEX register_change_of ON register_change (enterprise, subject, name, number);

GRANT SELECT, INSERT ON register_change TO pw_api;
