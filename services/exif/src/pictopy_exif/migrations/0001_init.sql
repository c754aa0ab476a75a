-- What the writer heard: only as much as wishes follow from.
CREATE TABLE libraries (
    library_id text PRIMARY KEY,
    revision bigint NOT NULL,
    root text  -- null: taken out of PictoPy
);

CREATE TABLE photos (
    photo_id text PRIMARY KEY,
    revision bigint NOT NULL DEFAULT -1,
    picture jsonb,
    files_revision bigint NOT NULL DEFAULT -1,
    files jsonb NOT NULL DEFAULT '[]',
    faces_revision bigint NOT NULL DEFAULT -1,
    faces jsonb NOT NULL DEFAULT '[]',
    stated jsonb
);
CREATE INDEX photos_by_library ON photos USING gin (files jsonb_path_ops);

CREATE TABLE people (
    person_id text PRIMARY KEY,
    revision bigint NOT NULL,
    name text,
    name_source text NOT NULL,
    hidden boolean NOT NULL,
    is_gone boolean NOT NULL,
    merged_into text
);
CREATE INDEX people_merged ON people (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE photo_people (
    photo_id text NOT NULL,
    person_id text NOT NULL,
    PRIMARY KEY (photo_id, person_id)
);
CREATE INDEX photo_people_by_person ON photo_people (person_id);

CREATE TABLE events (
    event_id text PRIMARY KEY,
    revision bigint NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    title_source text NOT NULL,
    photo_ids text[] NOT NULL
);
CREATE INDEX events_by_photo ON events USING gin (photo_ids);

-- Where the wishes of each photo stand that anything was ever stated about.
CREATE TABLE wishes (
    photo_id text PRIMARY KEY,
    state text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'done', 'failed', 'muted')),
    written_key text,
    muted_digest text,
    reason text,
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz
);
CREATE INDEX wishes_due ON wishes (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX wishes_failed ON wishes (photo_id) WHERE state = 'failed';

-- Every write, with the bytes that undo it.
CREATE TABLE ledger (
    write_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    photo_id text NOT NULL,
    library_id text NOT NULL,
    path text NOT NULL,
    target text NOT NULL CHECK (target IN ('embedded', 'sidecar')),
    written_path text NOT NULL,
    status text NOT NULL CHECK (status IN ('pending', 'written', 'failed', 'undoing', 'undone')),
    change jsonb NOT NULL,
    wishes jsonb NOT NULL,
    hash_before text,
    hash_after text,
    rest_digest text,
    verified boolean NOT NULL DEFAULT false,
    reason text,
    tools jsonb NOT NULL,
    undo bytea NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    written_at timestamptz,
    undone_at timestamptz
);
CREATE INDEX ledger_by_photo ON ledger (photo_id, write_id);
CREATE INDEX ledger_open ON ledger (write_id) WHERE status IN ('pending', 'undoing');
CREATE INDEX ledger_undoable ON ledger (written_at) WHERE status = 'written';

CREATE TABLE rules (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    policy text NOT NULL,
    paused boolean NOT NULL
);
INSERT INTO rules (policy, paused) VALUES ('embedded_else_sidecar', false);
