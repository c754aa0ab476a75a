-- One row; every change of what stories are made from adds 1. A build notes the version that it read.
CREATE TABLE library (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    version bigint NOT NULL DEFAULT 0
);
INSERT INTO library DEFAULT VALUES;

-- What others told, a table for each teller: their messages arrive in any order, and none waits for another's.

CREATE TABLE photos (
    photo_id text PRIMARY KEY,
    revision bigint NOT NULL,
    removed boolean NOT NULL DEFAULT false,
    taken_at_local timestamp,
    is_video boolean NOT NULL DEFAULT false,
    favourite boolean NOT NULL DEFAULT false,
    hidden boolean NOT NULL DEFAULT false,
    rating smallint NOT NULL DEFAULT 0,
    is_screenshot boolean NOT NULL DEFAULT false,
    is_told boolean NOT NULL DEFAULT false,
    aspect real NOT NULL DEFAULT 1
);
COMMENT ON COLUMN photos.taken_at_local IS 'null where no source of the date can be trusted';
COMMENT ON COLUMN photos.is_told IS 'has a title or a caption, or is in an album';

CREATE TABLE looks (
    photo_id text PRIMARY KEY,
    analysed_at timestamptz NOT NULL,
    quality real,
    sharpness real,
    exposure real,
    phash bigint,
    labels text[] NOT NULL DEFAULT '{}',
    embedding_model text,
    embedding bytea
);
COMMENT ON COLUMN looks.embedding IS 'little-endian float16, L2 norm 1';

CREATE TABLE photo_people (
    photo_id text PRIMARY KEY,
    revision bigint NOT NULL,
    person_ids text[] NOT NULL DEFAULT '{}',
    faces integer NOT NULL DEFAULT 0,
    largest_face real NOT NULL DEFAULT 0
);

CREATE TABLE persons (
    person_id text PRIMARY KEY,
    revision bigint NOT NULL,
    name text,
    hidden boolean NOT NULL DEFAULT false
);
CREATE INDEX persons_hidden ON persons (person_id) WHERE hidden;

CREATE TABLE events (
    event_id text PRIMARY KEY,
    revision bigint NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    started_at_local timestamp NOT NULL,
    ended_at_local timestamp NOT NULL,
    place text,
    trip_id text,
    photo_ids text[] NOT NULL DEFAULT '{}',
    is_gone boolean NOT NULL DEFAULT false
);

-- What is asked at every reading, not only at building: hiding takes effect at once.
CREATE VIEW visible_photos AS
SELECT photo_id
FROM photos
WHERE NOT removed AND NOT hidden AND NOT EXISTS (
    SELECT FROM photo_people
    JOIN persons ON persons.person_id = ANY (photo_people.person_ids)
    WHERE photo_people.photo_id = photos.photo_id AND persons.hidden
);

-- What was told.

CREATE TABLE builds (
    day date PRIMARY KEY,
    version bigint NOT NULL,
    built_at timestamptz NOT NULL
);

CREATE TABLE stories (
    story_id text PRIMARY KEY,
    revision bigint NOT NULL,
    digest text NOT NULL,
    day date NOT NULL,
    key text NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    title text NOT NULL,
    subtitle text NOT NULL,
    reasons text[] NOT NULL,
    left_out jsonb NOT NULL,
    cover_photo_id text NOT NULL,
    person_ids text[] NOT NULL,
    score real NOT NULL,
    seen_at timestamptz,
    UNIQUE (day, key)
);
COMMENT ON COLUMN stories.person_ids IS 'whom its words name';

-- Also the log of which photo was shown on which day.
CREATE TABLE slides (
    story_id text NOT NULL REFERENCES stories ON DELETE CASCADE,
    position integer NOT NULL,
    photo_id text NOT NULL,
    caption text NOT NULL,
    reasons text[] NOT NULL,
    is_video boolean NOT NULL,
    PRIMARY KEY (story_id, position)
);
CREATE INDEX slides_photo ON slides (photo_id);

-- Append-only; the last word on a story counts. Outlives the story, so it repeats what the story was about.
CREATE TABLE feedback (
    feedback_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    story_id text NOT NULL,
    key text NOT NULL,
    subject text NOT NULL,
    kind text NOT NULL,
    said text NOT NULL CHECK (said IN ('more', 'less', 'hide')),
    day date NOT NULL,
    said_at timestamptz NOT NULL
);
CREATE INDEX feedback_story ON feedback (story_id, feedback_id DESC);
