-- name: changed_sources
-- Hazard sources touched by a change after the known version, as they are now.
SELECT enterprise, code, version, name, name_en, unit_type, exposed_people, substances, working,
       s, r, level, particulars, created_at, valid_from, valid_to, changed_by, reason
FROM hazard_source WHERE book_version > %(known)s AND valid_to IS NULL;

-- name: source
-- The version of a hazard source that is in force.
SELECT enterprise, code, version, name, name_en, unit_type, exposed_people, substances, working,
       s, r, level, particulars, created_at, valid_from, valid_to, changed_by, reason
FROM hazard_source
WHERE enterprise = %(enterprise)s AND code = %(code)s AND valid_to IS NULL;

-- name: source_versions
-- Every version of a hazard source, newest first, below a version.
SELECT enterprise, code, version, name, name_en, unit_type, exposed_people, substances, working,
       s, r, level, particulars, created_at, valid_from, valid_to, changed_by, reason
FROM hazard_source
WHERE enterprise = %(enterprise)s AND code = %(code)s AND version < %(below)s
ORDER BY version DESC LIMIT %(limit)s;

-- name: with_national_code
-- Another hazard source of an enterprise that has this code in the national register.
SELECT code FROM hazard_source
WHERE enterprise = %(enterprise)s AND code <> %(code)s AND valid_to IS NULL
  AND particulars ->> 'national_code' = %(national_code)s::text;

-- name: apart_from_national
-- A hazard source of an enterprise whose code in the national register does not begin with this.
SELECT code, particulars ->> 'national_code' FROM hazard_source
WHERE enterprise = %(enterprise)s AND valid_to IS NULL AND particulars ? 'national_code'
  AND NOT starts_with(particulars ->> 'national_code', %(national_code)s::text)
ORDER BY code LIMIT 1;

-- name: insert_source
-- A version of a hazard source, in force from its beginning on.
INSERT INTO hazard_source (enterprise, code, version, name, name_en, unit_type, exposed_people,
                           substances, working, s, r, level, particulars, created_at, valid_from,
                           changed_by, reason, book_version)
VALUES (%(enterprise)s, %(code)s, %(version)s, %(name)s, %(name_en)s, %(unit_type)s,
        %(exposed_people)s, %(substances)s, %(working)s, %(s)s, %(r)s, %(level)s, %(particulars)s,
        %(created_at)s, %(valid_from)s, %(changed_by)s, %(reason)s, %(book)s);

-- name: close_source
-- The end of the version that is in force.
UPDATE hazard_source SET valid_to = greatest(%(valid_to)s, valid_from)
WHERE enterprise = %(enterprise)s AND code = %(code)s AND valid_to IS NULL;

-- name: newest_weights
-- The weights of the risk index in force; none were set while there is no row.
SELECT version, weights, set_by, valid_from, reason
FROM risk_weights ORDER BY version DESC LIMIT 1;

-- name: weights_versions
-- Every version of the weights, newest first, below a version.
SELECT version, weights, set_by, valid_from, reason
FROM risk_weights WHERE version < %(below)s ORDER BY version DESC LIMIT %(limit)s;

-- name: insert_weights
-- Other weights, in force at once.
INSERT INTO risk_weights (version, weights, set_by, valid_from, reason, book_version)
VALUES (%(version)s, %(weights)s, %(set_by)s, %(valid_from)s, %(reason)s, %(book)s);
