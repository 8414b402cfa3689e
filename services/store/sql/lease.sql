-- name: known_leases
-- The buckets that ever had an owner.
SELECT bucket FROM bucket_lease WHERE service = %(service)s;

-- name: renew_leases
-- Hold on to what is still ours, also after it ran out, as long as nobody took it.
UPDATE bucket_lease SET expires_at = clock_timestamp() + make_interval(secs => %(seconds)s)
WHERE service = %(service)s AND process = %(process)s AND bucket = ANY(%(buckets)s::smallint[])
RETURNING bucket, epoch;

-- name: make_leases
-- The first owner of a bucket needs a row; it has run out when it is made.
INSERT INTO bucket_lease (service, bucket, owner, process, epoch, expires_at)
SELECT %(service)s, bucket, '', '', 1, '-infinity' FROM unnest(%(buckets)s::smallint[]) AS bucket
ON CONFLICT DO NOTHING;

-- name: end_lapsed_writers
-- End the writing sessions of owners whose leases we may take, so that none of them holds a
-- lease locked in a transaction that its worker has forgotten or is frozen in.
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE usename = current_user AND pid <> pg_backend_pid() AND application_name IN (
    SELECT 'parkwatch-ingest ' || process FROM bucket_lease
    WHERE service = %(service)s AND bucket = ANY(%(buckets)s::smallint[])
      AND process <> %(process)s
      AND (%(force)s OR (%(namesake)s AND owner = %(owner)s) OR expires_at = '-infinity'
       OR (%(settled)s AND expires_at < clock_timestamp())));

-- name: lapsed_leases
-- Those that may be taken now: given back, run out while the database answered, or ours by
-- another process. A transaction that still writes under one keeps it for the moment.
SELECT bucket FROM bucket_lease
WHERE service = %(service)s AND bucket = ANY(%(buckets)s::smallint[]) AND process <> %(process)s
  AND (%(force)s OR (%(namesake)s AND owner = %(owner)s) OR expires_at = '-infinity'
       OR (%(settled)s AND expires_at < clock_timestamp()))
ORDER BY bucket FOR UPDATE SKIP LOCKED;

-- name: take_leases
-- A new owner is a new epoch; whoever shows the old one writes no more.
UPDATE bucket_lease SET owner = %(owner)s, process = %(process)s, epoch = epoch + 1,
    expires_at = clock_timestamp() + make_interval(secs => %(seconds)s)
WHERE service = %(service)s AND bucket = ANY(%(buckets)s::smallint[])
RETURNING bucket, epoch;

-- name: release_leases
-- Let others take them at once.
UPDATE bucket_lease SET expires_at = '-infinity'
WHERE service = %(service)s AND process = %(process)s;

-- name: fence
-- Of these buckets those whose epoch is still the newest; nobody can raise it until the end of
-- the transaction, renewals go on.
SELECT lease.bucket FROM bucket_lease AS lease
JOIN unnest(%(buckets)s::smallint[], %(epochs)s::bigint[]) AS shown (bucket, epoch)
     ON shown.bucket = lease.bucket AND shown.epoch = lease.epoch
WHERE lease.service = %(service)s
FOR KEY SHARE OF lease;
