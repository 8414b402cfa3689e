-- Tables that came after 0040: who is known by a provider is of the person's enterprise, and the audit
-- is read for the park alone, though a row is added for whoever changes something.
SELECT keep_apart('oidc_identity',
                  'EXISTS (SELECT FROM app_user WHERE app_user.username = oidc_identity.username)');

ALTER TABLE audit ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY park_reads ON audit FOR SELECT TO pw_api
    USING ((SELECT current_setting('parkwatch.tenant', true) = '*'));
CREATE POLICY anybody_adds ON audit FOR INSERT TO pw_api WITH CHECK (true);
DO $$
BEGIN
    EXECUTE format('CREATE POLICY every_tenant ON audit TO %I USING (true)',
                   (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'audit'::regclass));
END $$;
