-- What ISA-18.2 asks to be written down for an alarm before it is one, and where a limit comes from.
-- Per version: a rule that is changed keeps what was said of it then.

ALTER TABLE rule
    ADD COLUMN message text CHECK (length(message) <= 1000),
    ADD COLUMN cause text CHECK (length(cause) <= 1000),
    ADD COLUMN consequence text CHECK (length(consequence) <= 1000),
    ADD COLUMN action text CHECK (length(action) <= 1000),
    ADD COLUMN respond_within_s double precision CHECK (respond_within_s > 0),
    ADD COLUMN source text,
    ADD COLUMN basis text,
    ADD COLUMN reason text CHECK (length(reason) <= 1000);
COMMENT ON COLUMN rule.source IS 'the standard whose template proposed the limit';
COMMENT ON COLUMN rule.reason IS 'why the limit is laxer than the template';
