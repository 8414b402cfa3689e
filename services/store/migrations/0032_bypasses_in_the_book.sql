-- The book is read by both of its followers, and approved bypasses are in it.
GRANT SELECT ON interlock_bypass TO pw_ingest;
