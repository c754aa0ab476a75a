-- When a word was heard: what was said before an undo of the journal is no reason to write it again.
ALTER TABLE statements ADD COLUMN heard_at timestamptz NOT NULL DEFAULT '-infinity';
ALTER TABLE statements ALTER COLUMN heard_at SET DEFAULT clock_timestamp();

-- Each library with what was said of its photos, of no photo, or of photos that are in no library now.
CREATE VIEW said_of_libraries AS
SELECT libraries.library_id, statements.*
FROM libraries JOIN statements ON statements.photo_ids = '{}'
    OR NOT EXISTS (SELECT FROM photos WHERE photo_id = ANY(statements.photo_ids) AND files <> '[]')
    OR EXISTS (
        SELECT FROM photos WHERE photo_id = ANY(statements.photo_ids)
        AND files @> jsonb_build_array(jsonb_build_object('library_id', libraries.library_id))
    );
