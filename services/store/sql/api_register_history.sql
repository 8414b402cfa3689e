-- name: note
-- One change of one subject: what its fields were, and what they became.
INSERT INTO register_change (enterprise, subject, name, at, changed_by, before, after, reason)
VALUES (%(enterprise)s, %(subject)s, %(name)s, %(at)s, %(changed_by)s, %(before)s, %(after)s,
        %(reason)s);

-- name: note_new_points
-- The points that one change of the book made new, as they were made.
INSERT INTO register_change (enterprise, subject, name, at, changed_by, reason, after)
SELECT enterprise, 'point', tag, %(at)s, %(changed_by)s, %(reason)s,
       jsonb_strip_nulls(to_jsonb(point) - ARRAY[
           'enterprise', 'tag', 'id', 'created_at', 'deleted_at', 'book_version',
           'exercise_from', 'exercise_until'])
FROM point WHERE book_version = %(version)s AND deleted_at IS NULL;

-- name: changes_of
-- What became of one subject, newest first, below a number.
SELECT number, at, changed_by, before, after, reason
FROM register_change
WHERE enterprise = %(enterprise)s AND subject = %(subject)s AND name = %(name)s
  AND number < %(below)s
ORDER BY number DESC LIMIT %(limit)s;
