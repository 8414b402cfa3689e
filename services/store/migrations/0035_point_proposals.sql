-- Points that an enterprise proposes wait for a second person, as rules do; why a point was changed
-- is kept with the change; a detector in calibration or bump test.

ALTER TABLE register_change ADD COLUMN reason text CHECK (length(reason) BETWEEN 1 AND 1000);
COMMENT ON COLUMN register_change.reason IS
    'why: of what an enterprise proposed, and of what makes a limit in force laxer; regulators see it';

ALTER TABLE approval
    DROP CONSTRAINT approval_action_check,
    ADD CONSTRAINT approval_action_check CHECK (
        (proposal IS NULL) = (action IN ('shelve', 'out_of_service'))
        AND (proposal IS NOT NULL) = (action IN (
            'create_rule', 'change_rule', 'remove_rule',
            'create_point', 'change_point', 'import_points', 'maintain_point')));
COMMENT ON COLUMN approval.proposal IS
    'of a rule: its number, null for a new one, and body as it was sent; of a point: its tag, body, '
    'and before: what the fields were when it was tried';

-- The calibration or bump test that a point is in, or was in last: whoever follows the book knows
-- its end. Times are epoch milliseconds.
ALTER TABLE point ADD COLUMN maintenance jsonb CHECK (
    (maintenance ->> 'since')::bigint < (maintenance ->> 'until')::bigint);
