-- The unit that a kept value's record named: where it contradicts the point's, the value is uncertain,
-- whether it came before its tag was registered or after. Null: its format names none.
ALTER TABLE unregistered_reading ADD COLUMN unit text;
