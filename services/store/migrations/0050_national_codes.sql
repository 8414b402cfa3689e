-- A code of the national register is one object's in the whole park. The api compares it with what it
-- knows and may see; two that come in one moment are held apart here, whoever they are: an index looks at
-- every tenant's rows, and tells of them only that the code is taken.
DO $$
DECLARE
    national text := $of$coalesce(file ->> 'national_code',
                                  CASE WHEN code ~ '^[0-9]{11}$' THEN code END)$of$;
    twice text[];
BEGIN
    -- What was registered twice before this stands as it is, and is said: an upgrade takes no code away.
    EXECUTE format(
        'SELECT coalesce(array_agg(code), ''{}'') FROM ('
        ' SELECT code, row_number() OVER (PARTITION BY %s ORDER BY created_at, code) AS place'
        ' FROM enterprise WHERE deleted_at IS NULL AND %1$s IS NOT NULL'
        ') AS its WHERE place > 1', national) INTO twice;
    IF twice <> '{}' THEN
        RAISE WARNING 'enterprises with a national code that another one has: %', twice;
    END IF;
    EXECUTE format(
        'CREATE UNIQUE INDEX enterprise_national_code ON enterprise ((%s))'
        ' WHERE deleted_at IS NULL AND code <> ALL (%L::text[])', national, twice);

    SELECT coalesce(array_agg(enterprise || '/' || code), '{}') INTO twice FROM (
        SELECT enterprise, code, row_number() OVER (PARTITION BY particulars ->> 'national_code'
                                                    ORDER BY created_at, enterprise, code) AS place
        FROM hazard_source WHERE valid_to IS NULL AND particulars ? 'national_code'
    ) AS its WHERE place > 1;
    IF twice <> '{}' THEN
        RAISE WARNING 'hazard sources with a national code that another one has: %', twice;
    END IF;
    EXECUTE format(
        'CREATE UNIQUE INDEX hazard_source_national_code'
        ' ON hazard_source ((particulars ->> ''national_code''))'
        ' WHERE valid_to IS NULL AND enterprise || ''/'' || code <> ALL (%L::text[])', twice);
END $$;
