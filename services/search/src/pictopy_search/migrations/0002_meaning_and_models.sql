-- Words that are no labels: `written` stands in title and caption, `read` in the picture itself.
CREATE TABLE photo_words (
    photo_id text NOT NULL,
    source text NOT NULL,
    key text NOT NULL,
    PRIMARY KEY (photo_id, source, key)
);
CREATE INDEX photo_words_key ON photo_words (key text_pattern_ops, source, photo_id);
INSERT INTO photo_words (photo_id, source, key)
SELECT DISTINCT photo_id, 'written', word FROM photos, unnest(string_to_array(words, ' ')) AS word
WHERE word NOT IN ('', '|');

-- What can be read in the picture: the lines, and their folded words.
ALTER TABLE analyses ADD COLUMN lines jsonb NOT NULL DEFAULT '[]', ADD COLUMN line_words text NOT NULL DEFAULT '';

-- A search by meaning goes from words to photos.
CREATE INDEX photo_labels_key ON photo_labels (key) INCLUDE (photo_id, score);
CREATE INDEX event_photos_event ON event_photos (event_id) INCLUDE (photo_id);

-- Which photos have a vector of which image model. A vector is a function of the picture and the model, so it never
-- grows old; it goes when its model does.
CREATE TABLE embeddings (
    model text NOT NULL,
    photo_id text NOT NULL,
    PRIMARY KEY (model, photo_id)
);
INSERT INTO embeddings (model, photo_id)
SELECT embedding_model, photo_id FROM analyses WHERE embedding_model IS NOT NULL;

-- Photos that vision gave up on, and with which set of models: they hold no change of model up.
CREATE TABLE failed_looks (
    photo_id text PRIMARY KEY,
    model_version text NOT NULL
);

-- One row: what vision says is in use and computed beside it, and which model answers here.
CREATE TABLE image_models (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    revision bigint NOT NULL DEFAULT 0,
    model_version text NOT NULL DEFAULT '',
    in_use text,
    beside text[] NOT NULL DEFAULT '{}',
    active text,
    previous text,
    is_held boolean NOT NULL DEFAULT false
);
INSERT INTO image_models (active)
SELECT (SELECT model FROM embeddings GROUP BY model ORDER BY count(*) DESC, model LIMIT 1);

CREATE OR REPLACE VIEW photo_index AS
SELECT
    p.photo_id,
    coalesce(h.removed_revision, 0) <= coalesce(h.files_revision, 0) AND f.libraries <> '{}' AS is_shown,
    f.libraries,
    coalesce(g.people, '{}') AS people,
    coalesce(g.face_count, a.face_count, 0) AS face_count,
    l.labels,
    l.keys AS label_keys,
    e.event_id,
    e.event_ids,
    e.places,
    coalesce((a.quality ->> 'score')::double precision, -1) AS quality,
    a.phash,
    words_vector(n.words, 'A') || words_vector(e.place_words, 'B')
        || words_vector(concat_ws(' | ', l.words, e.words), 'C')
        || words_vector(concat_ws(' | ', p.words, f.words, a.line_words), 'D') AS text
FROM photos p
LEFT JOIN presence h USING (photo_id)
LEFT JOIN analyses a USING (photo_id)
LEFT JOIN assignments g USING (photo_id)
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(DISTINCT library_id), '{}') AS libraries, string_agg(words, ' | ' ORDER BY number) AS words
    FROM photo_files LEFT JOIN libraries USING (library_id)
    WHERE photo_id = p.photo_id AND is_gone IS NOT TRUE
) f
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(label ORDER BY key), '{}') AS labels, coalesce(array_agg(key ORDER BY key), '{}') AS keys,
        string_agg(key, ' | ' ORDER BY key) AS words
    FROM (
        SELECT DISTINCT ON (key) key, label FROM photo_labels
        WHERE photo_id = p.photo_id AND key <> '' ORDER BY key, source, label
    ) each
) l
CROSS JOIN LATERAL (
    SELECT string_agg(words, ' | ' ORDER BY person_id) AS words
    FROM persons WHERE person_id = ANY (g.people) AND words <> ''
) n
CROSS JOIN LATERAL (
    SELECT
        (array_agg(event_id ORDER BY kind, started_at_local, event_id))[1] AS event_id,
        coalesce(array_agg(event_id ORDER BY event_id), '{}') AS event_ids,
        coalesce(array_agg(DISTINCT place) FILTER (WHERE place_words <> ''), '{}') AS places,
        string_agg(words, ' | ' ORDER BY event_id) AS words,
        string_agg(place_words, ' | ' ORDER BY event_id) AS place_words
    FROM (
        SELECT own.* FROM event_photos JOIN events own USING (event_id)
        WHERE photo_id = p.photo_id AND NOT own.is_gone
        UNION
        SELECT trip.* FROM event_photos JOIN events own USING (event_id) JOIN events trip ON trip.event_id = own.trip_id
        WHERE photo_id = p.photo_id AND NOT own.is_gone AND NOT trip.is_gone
    ) each
) e;
