-- Paths and roots are bytes: a disk may hold any name.

CREATE TABLE libraries (
    library_id text PRIMARY KEY,
    name text NOT NULL,
    root bytea NOT NULL UNIQUE,
    revision bigint NOT NULL,
    added_at timestamptz NOT NULL
);

CREATE TABLE photos (
    photo_id text PRIMARY KEY,
    revision bigint NOT NULL,
    kind text NOT NULL,
    facts jsonb NOT NULL,
    stated jsonb NOT NULL DEFAULT '{}',
    is_present boolean NOT NULL,
    added_at timestamptz NOT NULL,
    taken_sort timestamptz NOT NULL -- the wall clock read as UTC, or else added_at
);
CREATE INDEX photos_by_added ON photos (added_at DESC, photo_id DESC) WHERE is_present;
CREATE INDEX photos_by_taken ON photos (taken_sort DESC, photo_id DESC) WHERE is_present;

CREATE TABLE files (
    library_id text NOT NULL REFERENCES libraries,
    path bytea NOT NULL,
    photo_id text NOT NULL REFERENCES photos,
    size_bytes bigint NOT NULL,
    mtime_ns bigint NOT NULL,
    ctime_ns bigint NOT NULL,
    sidecars text NOT NULL,
    facts jsonb NOT NULL,
    added_at timestamptz NOT NULL,
    PRIMARY KEY (library_id, path)
);
CREATE INDEX files_by_photo ON files (photo_id);

-- Files and folders that gave no picture. Without a size they are read again at every scan.
CREATE TABLE refused (
    library_id text NOT NULL REFERENCES libraries,
    path bytea NOT NULL,
    stage text NOT NULL,
    size_bytes bigint,
    mtime_ns bigint,
    ctime_ns bigint,
    sidecars text,
    reason text NOT NULL,
    attempts integer NOT NULL DEFAULT 1,
    is_skipped boolean NOT NULL DEFAULT false,
    refused_at timestamptz NOT NULL,
    PRIMARY KEY (library_id, path)
);

CREATE TABLE albums (
    album_id text PRIMARY KEY,
    name text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE TABLE album_photos (
    album_id text NOT NULL REFERENCES albums ON DELETE CASCADE,
    photo_id text NOT NULL REFERENCES photos,
    PRIMARY KEY (album_id, photo_id)
);
CREATE INDEX album_photos_by_photo ON album_photos (photo_id);

CREATE TABLE scans (
    scan_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    library_id text NOT NULL REFERENCES libraries ON DELETE CASCADE,
    state text NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    counts jsonb NOT NULL DEFAULT '{}',
    reason text
);

-- One row a photo and stage: what is wanted, what was done.
CREATE TABLE stages (
    photo_id text NOT NULL REFERENCES photos,
    stage text NOT NULL,
    wanted_version text NOT NULL,
    done_version text,
    status text NOT NULL,
    attempts integer NOT NULL,
    last_error text,
    sent_at timestamptz,
    sent_count integer NOT NULL,
    finished_at timestamptz,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (photo_id, stage)
);
CREATE INDEX stages_waiting ON stages (stage, sent_at) WHERE status = 'waiting';
CREATE INDEX stages_failed ON stages (finished_at) WHERE status = 'failed';
CREATE INDEX stages_progress ON stages (stage, finished_at DESC NULLS LAST);

CREATE TABLE models (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    revision bigint NOT NULL,
    version text NOT NULL
);

CREATE TABLE dead_letters (
    dead_id text PRIMARY KEY,
    letter jsonb NOT NULL,
    died_at timestamptz NOT NULL
);
