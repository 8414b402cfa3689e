-- Alarms about something that is not a point, alarms that another judge claims, and rules that
-- belong to somebody and die by themselves.

ALTER TABLE alarm
    ALTER COLUMN point_id DROP NOT NULL,
    ALTER COLUMN direction DROP NOT NULL,
    ADD COLUMN subject_type text NOT NULL DEFAULT 'point',
    ADD COLUMN subject_id text NOT NULL DEFAULT '',
    ADD COLUMN facts jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN judged boolean NOT NULL DEFAULT true;

UPDATE alarm SET subject_id = tag WHERE tag IS NOT NULL;

ALTER TABLE alarm
    ADD CONSTRAINT alarm_about_a_point CHECK (
        (subject_type = 'point') = (tag IS NOT NULL) AND (point_id IS NULL OR tag IS NOT NULL)),
    ADD CONSTRAINT alarm_by_a_limit CHECK (direction IS NULL OR point_id IS NOT NULL);

ALTER TABLE rule
    ADD COLUMN owner text CHECK (length(owner) BETWEEN 1 AND 200),
    ADD COLUMN valid_until timestamptz;
