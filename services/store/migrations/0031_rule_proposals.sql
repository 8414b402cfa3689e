-- Rules that an enterprise proposes wait for a second person, as what is taken off the board does.

-- Null: it is about an alarm.
ALTER TABLE approval ADD COLUMN proposal jsonb;
COMMENT ON COLUMN approval.proposal IS 'rule: its number, null for a new one; body: as it was sent';
ALTER TABLE approval
    DROP CONSTRAINT approval_action_check,
    DROP CONSTRAINT approval_minutes_check,
    ADD CONSTRAINT approval_action_check CHECK (
        (proposal IS NULL) = (action IN ('shelve', 'out_of_service'))
        AND (proposal IS NOT NULL) = (action IN ('create_rule', 'change_rule', 'remove_rule'))),
    ADD CONSTRAINT approval_minutes_check CHECK ((proposal IS NULL) = (minutes > 0));
