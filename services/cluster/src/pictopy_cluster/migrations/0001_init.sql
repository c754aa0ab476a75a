-- What cluster knows: photos as far as time, place and faces go; people; decisions; events.

CREATE TABLE photos (
    photo_id          text PRIMARY KEY,
    revision          bigint NOT NULL DEFAULT -1,   -- of ingest's facts; -1: only its analysis has come so far
    is_removed        boolean NOT NULL DEFAULT false,
    facts             jsonb,                        -- when and where, as domain/moments.py reads it
    regions           jsonb NOT NULL DEFAULT '[]',  -- names that the file itself carries
    analysed_at       timestamptz,
    model_version     text NOT NULL DEFAULT '',
    assigned_revision bigint NOT NULL DEFAULT 0     -- of our PhotoPeopleAssigned
);

CREATE TABLE faces (
    face_id          text PRIMARY KEY,
    photo_id         text NOT NULL REFERENCES photos,
    box              double precision[] NOT NULL,               -- x1 y1 x2 y2, fractions
    score            double precision NOT NULL,
    quality          double precision NOT NULL,
    size_px          integer NOT NULL,
    model            text NOT NULL,                 -- of the embedding; '' where there is none
    embedding_size   integer NOT NULL,
    seen_at          timestamptz NOT NULL,
    neighbours       text[] NOT NULL DEFAULT '{}',  -- face ids, nearest first, as found when the face came
    neighbour_scores double precision[] NOT NULL DEFAULT '{}',
    imported_name    text,
    person_id        text,
    source           text NOT NULL DEFAULT 'auto',
    confidence       double precision NOT NULL DEFAULT 0,
    is_face          boolean NOT NULL DEFAULT true
);
CREATE INDEX faces_of_photo ON faces (photo_id);
CREATE INDEX faces_of_person ON faces (person_id);
CREATE INDEX faces_imported ON faces (face_id) WHERE imported_name IS NOT NULL;

CREATE TABLE people (
    person_id     text PRIMARY KEY,
    name          text,
    name_source   text NOT NULL DEFAULT 'user',     -- file: it only stands in files
    hidden        boolean NOT NULL DEFAULT false,
    face_count    integer NOT NULL DEFAULT 0,
    photo_count   integer NOT NULL DEFAULT 0,
    cover_face_id text,
    merged_into   text,
    is_gone       boolean NOT NULL DEFAULT false,
    revision      bigint NOT NULL DEFAULT 0
);

CREATE TABLE decisions (                            -- append-only
    decision_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind            text NOT NULL,
    person_id       text,
    other_person_id text,
    face_ids        text[] NOT NULL DEFAULT '{}',
    name            text,
    anchors         jsonb NOT NULL DEFAULT '{}',    -- person id to the faces that stood for it
    undoes          bigint REFERENCES decisions,
    made_at         timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE events (
    event_id         text PRIMARY KEY,
    kind             text NOT NULL,
    auto_title       text NOT NULL,
    user_title       text,
    started_at_local timestamp NOT NULL,
    ended_at_local   timestamp NOT NULL,
    place            text,
    latitude_deg     double precision,
    longitude_deg    double precision,
    trip_id          text,
    is_gone          boolean NOT NULL DEFAULT false,
    revision         bigint NOT NULL DEFAULT 0
);

CREATE TABLE event_photos (
    event_id text NOT NULL REFERENCES events,
    photo_id text NOT NULL,
    place    integer NOT NULL,                      -- order in time
    PRIMARY KEY (event_id, photo_id)
);
CREATE INDEX events_of_photo ON event_photos (photo_id);
