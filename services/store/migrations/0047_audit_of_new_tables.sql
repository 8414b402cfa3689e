-- What came with the drills and the providers is changed by somebody, too: the audit tells of it.
SELECT audit_of(wanted::regclass)
FROM unnest(ARRAY['drill', 'drill_station', 'oidc_identity']) AS wanted;
