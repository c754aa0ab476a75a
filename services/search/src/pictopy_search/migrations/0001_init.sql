-- Sources: what the messages say. Each row is replaced by a newer revision only, so the order of arrival is of
-- no matter. Index: the columns of `photos` below the line, a function of the sources (view `photo_index`).

CREATE TABLE libraries (
    library_id text PRIMARY KEY,
    revision bigint NOT NULL,
    is_gone boolean NOT NULL
);

-- Which revision last gave a photo its files, and which last took all of them away. Apart from `photos`, because
-- a move or a removal may be heard of before the photo.
CREATE TABLE presence (
    photo_id text PRIMARY KEY,
    files_revision bigint NOT NULL DEFAULT 0,
    removed_revision bigint NOT NULL DEFAULT 0
);

CREATE TABLE photo_files (
    photo_id text NOT NULL,
    number int NOT NULL,
    library_id text NOT NULL,
    path text NOT NULL,
    words text NOT NULL,
    PRIMARY KEY (photo_id, number)
);
CREATE INDEX photo_files_library ON photo_files (library_id);

CREATE TABLE analyses (
    photo_id text PRIMARY KEY,
    analysed_at timestamptz NOT NULL,
    model_version text NOT NULL,
    embedding_model text,
    face_count int NOT NULL,
    quality jsonb,
    phash bit(64)
);

-- `source`: keyword (a person or a program wrote it into the file), tag (of the whole picture), object (with a box).
-- `key`: the label's words, folded; what filters compare.
CREATE TABLE photo_labels (
    photo_id text NOT NULL,
    source text NOT NULL,
    number int NOT NULL,
    label text NOT NULL,
    key text NOT NULL,
    score double precision,
    box jsonb,
    PRIMARY KEY (photo_id, source, number)
);

CREATE TABLE assignments (
    photo_id text PRIMARY KEY,
    revision bigint NOT NULL,
    faces jsonb NOT NULL,
    people text[] NOT NULL,
    face_count int NOT NULL
);
CREATE INDEX assignments_people ON assignments USING gin (people);

-- `words`: the name as it is found, empty while the person is hidden, gone or unnamed.
CREATE TABLE persons (
    person_id text PRIMARY KEY,
    revision bigint NOT NULL,
    name text,
    words text NOT NULL,
    is_hidden boolean NOT NULL,
    is_gone boolean NOT NULL
);

CREATE TABLE events (
    event_id text PRIMARY KEY,
    revision bigint NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    words text NOT NULL,
    place text,
    place_words text NOT NULL,
    started_at_local timestamp NOT NULL,
    ended_at_local timestamp NOT NULL,
    trip_id text,
    is_gone boolean NOT NULL
);
CREATE INDEX events_trip ON events (trip_id);

CREATE TABLE event_photos (
    event_id text NOT NULL,
    photo_id text NOT NULL,
    PRIMARY KEY (event_id, photo_id)
);
CREATE INDEX event_photos_photo ON event_photos (photo_id);

CREATE TABLE photos (
    photo_id text PRIMARY KEY,
    revision bigint NOT NULL,
    kind text NOT NULL,
    format text NOT NULL,
    width_px int NOT NULL,
    height_px int NOT NULL,
    added_at timestamptz NOT NULL,
    taken_at timestamptz,
    taken_at_local timestamp,
    -- The one time that lists, timeline and filters go by: a photo without a date stands where it was added.
    sort_at timestamp NOT NULL GENERATED ALWAYS AS (coalesce(taken_at_local, added_at AT TIME ZONE 'UTC')) STORED,
    latitude_deg double precision,
    longitude_deg double precision,
    camera text,
    camera_key text,
    duration_s double precision,
    title text,
    caption text,
    rating int,
    is_favourite boolean NOT NULL,
    is_hidden boolean NOT NULL,
    is_screenshot boolean NOT NULL,
    albums text[] NOT NULL,
    words text NOT NULL,
    -- ---- the index: written by reindex alone ----
    is_shown boolean NOT NULL DEFAULT false,
    libraries text[] NOT NULL DEFAULT '{}',
    people text[] NOT NULL DEFAULT '{}',
    face_count int NOT NULL DEFAULT 0,
    labels text[] NOT NULL DEFAULT '{}',
    label_keys text[] NOT NULL DEFAULT '{}',
    event_id text,
    event_ids text[] NOT NULL DEFAULT '{}',
    places text[] NOT NULL DEFAULT '{}',
    quality double precision NOT NULL DEFAULT -1,
    phash bit(64),
    text tsvector NOT NULL DEFAULT ''
);
CREATE INDEX photos_by_time ON photos (sort_at, photo_id) WHERE is_shown AND NOT is_hidden;
CREATE INDEX photos_hidden ON photos (sort_at, photo_id) WHERE is_shown AND is_hidden;
CREATE INDEX photos_by_added ON photos (added_at, photo_id) WHERE is_shown AND NOT is_hidden;
CREATE INDEX photos_by_quality ON photos (quality, sort_at, photo_id) WHERE is_shown AND NOT is_hidden;
CREATE INDEX photos_favourite ON photos (sort_at, photo_id) WHERE is_shown AND is_favourite;
CREATE INDEX photos_video ON photos (sort_at, photo_id) WHERE is_shown AND kind = 'video';
CREATE INDEX photos_camera ON photos (camera_key, sort_at, photo_id) WHERE is_shown;
CREATE INDEX photos_latitude ON photos (latitude_deg) WHERE latitude_deg IS NOT NULL;
CREATE INDEX photos_text ON photos USING gin (text);
CREATE INDEX photos_people ON photos USING gin (people);
CREATE INDEX photos_labels ON photos USING gin (label_keys);
CREATE INDEX photos_events ON photos USING gin (event_ids);
CREATE INDEX photos_albums ON photos USING gin (albums);

-- Folded words to a vector with positions, for phrases. The parser of Postgres is not asked: it would split words
-- by rules of its own (numbers, addresses), and query and index must agree. `|` takes a place but is no word:
-- a phrase cannot run from one field into the next.
CREATE FUNCTION words_vector(words text, weight "char") RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT setweight(coalesce(string_agg('''' || word || ''':' || least(place, 16383), ' '), '')::tsvector, weight)
    FROM unnest(string_to_array(words, ' ')) WITH ORDINALITY AS w (word, place)
    WHERE word NOT IN ('', '|')
$$;

CREATE VIEW photo_index AS
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
        || words_vector(concat_ws(' | ', p.words, f.words), 'D') AS text
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
