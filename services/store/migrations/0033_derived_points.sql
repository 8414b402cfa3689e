-- Derived points: computed by us from other points of their enterprise, carried by no gateway.

-- `expression`, `inputs` (pairs of name and tag) and `periods`, by the names of
-- `services.domain.formula.Formula`. What we compute ourselves has no gateway and no period.
ALTER TABLE point ADD COLUMN formula jsonb CHECK (
    jsonb_typeof(formula -> 'expression') = 'string'
    AND jsonb_array_length(formula -> 'inputs') BETWEEN 1 AND 32
    AND (formula ->> 'periods')::double precision > 0);
ALTER TABLE point ADD CONSTRAINT point_derived_alone
    CHECK (formula IS NULL OR (gateway IS NULL AND period_s IS NULL));
COMMENT ON COLUMN point.formula IS 'of a derived point: what it is computed from; null: a sensor';

-- An enterprise's derived points are looked through for cycles: few of all.
CREATE INDEX point_derived ON point (enterprise, tag)
    WHERE formula IS NOT NULL AND deleted_at IS NULL;
