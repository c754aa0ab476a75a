-- Embeddings of several models side by side, the change from one to the next, and what is needed to say everything again.

CREATE TABLE embeddings (                           -- which face has one in the collection of which model
    face_id  text NOT NULL REFERENCES faces ON DELETE CASCADE ON UPDATE CASCADE,
    model    text NOT NULL,
    size     integer NOT NULL,
    made_at  timestamptz NOT NULL,
    PRIMARY KEY (face_id, model)
);
CREATE INDEX embeddings_of_model ON embeddings (model);
INSERT INTO embeddings SELECT face_id, model, embedding_size, seen_at FROM faces WHERE model <> '';

CREATE TABLE model_change (                         -- one row
    one        boolean PRIMARY KEY DEFAULT true CHECK (one),
    active     text,                                -- the model that the people are made with
    next       text,                                -- the one that they will be made with
    previous   text,                                -- the one that they can go back to
    wanted     text,                                -- asked for by a person and not done yet
    held       boolean NOT NULL DEFAULT false,      -- the swap was taken back: not again without a word
    in_use     text,                                -- as vision said last; null: the task is off
    beside     text[] NOT NULL DEFAULT '{}',
    revision   bigint NOT NULL DEFAULT -1,          -- of vision's message
    started_at timestamptz,
    swapped_at timestamptz
);
INSERT INTO model_change (active)
    SELECT (SELECT model FROM embeddings GROUP BY model ORDER BY count(*) DESC, model LIMIT 1);

ALTER TABLE photos ADD embedded_by text[] NOT NULL DEFAULT '{}';    -- models whose embeddings its faces have
ALTER TABLE photos ADD failed_at timestamptz;                       -- vision gave up on it then
UPDATE photos SET embedded_by = (SELECT coalesce(array_agg(DISTINCT model), '{}') FROM faces
    WHERE faces.photo_id = photos.photo_id AND model <> '');

-- Nearest faces are worked out from the embeddings, exactly; lists from the time of arrival depend on its order.
ALTER TABLE faces DROP COLUMN neighbours, DROP COLUMN neighbour_scores, DROP COLUMN model, DROP COLUMN embedding_size;

ALTER TABLE decisions ADD said_id text NOT NULL DEFAULT replace(gen_random_uuid()::text, '-', '');
ALTER TABLE decisions ADD CONSTRAINT decisions_said_once UNIQUE (said_id);
ALTER TABLE decisions ADD said_by text NOT NULL DEFAULT 'user';     -- file: the name was changed in another program
ALTER TABLE decisions ADD places jsonb NOT NULL DEFAULT '{}';       -- face id to photo id and box when it was made
ALTER TABLE decisions ADD is_stated boolean NOT NULL DEFAULT false; -- it was published as a statement

ALTER TABLE events ADD anchor text NOT NULL DEFAULT '';             -- the photo that the event goes by in the journal
ALTER TABLE events ADD stated_photos text[] NOT NULL DEFAULT '{}';  -- those that it had when a person gave the title
ALTER TABLE events ADD is_restored boolean NOT NULL DEFAULT false;  -- its id comes from a journal
UPDATE events SET stated_photos = ARRAY(SELECT photo_id FROM event_photos p WHERE p.event_id = events.event_id
    ORDER BY place) WHERE user_title IS NOT NULL;

CREATE TABLE conflicts (                            -- names over a face that differ here and in the file
    photo_id text NOT NULL,
    face_id  text NOT NULL,
    ours     text,
    theirs   text,
    resolved text NOT NULL,                         -- ours or theirs
    rule     text NOT NULL,
    at       timestamptz NOT NULL,
    PRIMARY KEY (photo_id, face_id)
);
