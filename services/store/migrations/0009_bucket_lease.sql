-- Who hears which bucket of the field. A taker waits until the lease has run out, raises the
-- epoch, and only then connects; whoever writes for a bucket shows its epoch in the transaction.
-- Bucket 16 is what the broker maps to no bucket.
CREATE TABLE bucket_lease (
    service text NOT NULL,
    bucket smallint NOT NULL CHECK (bucket BETWEEN 0 AND 16),
    owner text NOT NULL,
    process text NOT NULL,
    epoch bigint NOT NULL CHECK (epoch > 0),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (service, bucket)
);

GRANT SELECT, INSERT, UPDATE ON bucket_lease TO pw_ingest;
GRANT SELECT ON bucket_lease TO pw_api;
