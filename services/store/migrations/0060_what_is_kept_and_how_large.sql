-- How many readings of a tag are kept now: what had been kept before, and what retention let go, took
-- the room of the gateway's next ones for ever.
UPDATE unregistered_tag AS tag_list
SET kept = (SELECT count(*) FROM unregistered_reading AS held
            WHERE (held.enterprise, held.tag) = (tag_list.enterprise, tag_list.tag));

-- The tags first, as whoever stores takes them: the two do not wait for each other.
CREATE OR REPLACE FUNCTION count_let_go() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE unregistered_tag AS tag_list SET kept = tag_list.kept - gone.number
    FROM (SELECT enterprise, tag, count(*) AS number FROM let_go GROUP BY 1, 2) AS gone
    WHERE (tag_list.enterprise, tag_list.tag) = (gone.enterprise, gone.tag);
    UPDATE gateway_day AS count
    SET waiting = waiting - gone.number, not_kept = not_kept + gone.number
    FROM (SELECT enterprise, gateway, (received_at AT TIME ZONE 'UTC')::date AS day,
                 count(*) AS number
          FROM let_go GROUP BY 1, 2, 3) AS gone
    WHERE (count.enterprise, count.gateway, count.day) = (gone.enterprise, gone.gateway, gone.day);
    RETURN NULL;
END $$;

-- How long a message was that could not be used; of one over the limit its beginning is kept.
ALTER TABLE dead_letter ADD COLUMN size integer;
UPDATE dead_letter SET size = substring(reason FROM '^The payload has ([0-9]{6,9}) bytes')::integer
WHERE length(payload) = 262144 AND reason ~ '^The payload has [0-9]{6,9} bytes, the limit';
