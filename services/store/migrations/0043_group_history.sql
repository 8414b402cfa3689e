-- Who was in a group of detectors, and until when: in the register's history, which is only added to.

ALTER TABLE register_change
    DROP CONSTRAINT register_change_subject_check,
    ADD CONSTRAINT register_change_subject_check CHECK (subject IN ('enterprise', 'point', 'group'));

-- What stands now is what their history begins with: what was before is not known.
INSERT INTO register_change (enterprise, subject, name, at, changed_by, after)
SELECT its.enterprise, 'group', its.code, its.changed_at, its.changed_by,
       jsonb_strip_nulls(jsonb_build_object(
           'name', its.name, 'name_en', its.name_en, 'kind', its.kind,
           'members', array(SELECT tag FROM detector_group_member AS member
                            WHERE (member.enterprise, member.group_code)
                                = (its.enterprise, its.code)
                            ORDER BY tag COLLATE "C")))
FROM detector_group AS its
WHERE its.deleted_at IS NULL;
