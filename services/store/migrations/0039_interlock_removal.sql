-- A loop that is taken out of the register has a last version that says who did it, when and why;
-- it is in force at no time.
ALTER TABLE interlock ADD COLUMN removed boolean NOT NULL DEFAULT false;
ALTER TABLE interlock ADD CONSTRAINT interlock_removal
    CHECK (NOT removed OR (valid_to = valid_from AND reason IS NOT NULL));
COMMENT ON COLUMN interlock.removed IS 'it was taken out of the register with this version';
