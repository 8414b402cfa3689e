-- A message that gives `boot` and `seq` is known by them and by what it says: a gateway that starts
-- anew under its old `boot` sends other messages under the same numbers. 0: of before this column.
ALTER TABLE gateway_message ADD COLUMN mark bigint NOT NULL DEFAULT 0;
ALTER TABLE gateway_message DROP CONSTRAINT gateway_message_pkey;
ALTER TABLE gateway_message ADD PRIMARY KEY (enterprise, gateway, boot, seq, mark);
