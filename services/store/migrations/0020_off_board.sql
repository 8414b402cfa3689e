-- Alarms off the board (shelved, suppressed by design, out of service), rules that latch and
-- re-alarm, and what a second person has to approve.

ALTER TABLE alarm
    ADD COLUMN off jsonb,
    ADD COLUMN latch boolean NOT NULL DEFAULT false,
    ADD COLUMN realarm_ms bigint,
    ADD CONSTRAINT alarm_off_the_board CHECK (
        (off IS NOT NULL) = (state IN ('shelved', 'suppressed', 'out_of_service')));

ALTER TABLE rule
    ADD COLUMN latch boolean NOT NULL DEFAULT false,
    ADD COLUMN realarm_s double precision CHECK (realarm_s > 0);

CREATE TABLE approval (
    enterprise text NOT NULL,
    id text NOT NULL,
    action text NOT NULL CHECK (action IN ('shelve', 'out_of_service')),
    alarm_id text NOT NULL,
    reason text NOT NULL,
    minutes double precision NOT NULL CHECK (minutes > 0),
    permit text,
    applicant text NOT NULL,
    applied_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'approved', 'refused')),
    decided_by text,
    decided_at timestamptz,
    note text,
    PRIMARY KEY (enterprise, id),
    -- Nobody approves what they applied for themselves.
    CHECK (state <> 'approved' OR decided_by <> applicant),
    CHECK ((state = 'pending') = (decided_at IS NULL))
);
CREATE INDEX approval_by_time ON approval (applied_at DESC, id);

GRANT SELECT, INSERT ON approval TO pw_api;
GRANT UPDATE (state, decided_by, decided_at, note) ON approval TO pw_api;
