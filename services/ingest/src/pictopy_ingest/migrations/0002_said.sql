-- What was said, as others keep it (IngestStated), what comes home from files, and what rests.

ALTER TABLE photos
    ADD COLUMN stated_at jsonb NOT NULL DEFAULT '{}', -- field to time
    ADD COLUMN statement_revision bigint NOT NULL DEFAULT 0; -- 0: nothing was told yet
CREATE INDEX photos_untold ON photos (photo_id) WHERE statement_revision = 0 AND stated <> '{}';
ALTER TABLE albums ADD COLUMN revision bigint NOT NULL DEFAULT 0; -- 0: not told yet

ALTER TABLE files ADD COLUMN is_to_read_again boolean NOT NULL DEFAULT false;
UPDATE files SET is_to_read_again = true WHERE mtime_ns = -1; -- which said so before

-- Statements that came back before what they speak of; and of albums that are gone, so that none returns by mistake.
CREATE TABLE kept_statements (
    kind text NOT NULL,
    statement_id text NOT NULL,
    revision bigint NOT NULL,
    item jsonb NOT NULL,
    PRIMARY KEY (kind, statement_id)
);

-- Files that our own writer changed, with what was stated then: a later look that finds other bytes compares with it.
CREATE TABLE own_writes (
    library_id text NOT NULL,
    path bytea NOT NULL,
    target text NOT NULL,
    digest text NOT NULL,
    photo_id text NOT NULL,
    stated jsonb NOT NULL,
    albums jsonb,
    written_at timestamptz NOT NULL,
    PRIMARY KEY (library_id, path, target, digest)
);

-- A person said one thing here, another program another thing in the file.
CREATE TABLE conflicts (
    conflict_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    photo_id text NOT NULL REFERENCES photos,
    library_id text NOT NULL,
    path bytea NOT NULL,
    what text NOT NULL,
    ours jsonb NOT NULL,
    theirs jsonb NOT NULL,
    resolved text NOT NULL,
    rule text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX conflicts_by_time ON conflicts (at DESC, conflict_id DESC);

-- Stages whose second looks rest; new photos go on.
CREATE TABLE paused_stages (
    stage text PRIMARY KEY,
    paused_at timestamptz NOT NULL
);
