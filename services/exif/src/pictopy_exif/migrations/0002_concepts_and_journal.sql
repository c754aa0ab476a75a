-- What the user lets into files, and how fast.
ALTER TABLE rules
    ADD COLUMN concepts jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN writes_per_s double precision;

-- What a model saw, for those who want it in their files.
ALTER TABLE photos
    ADD COLUMN machine_tags text[] NOT NULL DEFAULT '{}',
    ADD COLUMN analysed_at timestamptz;

-- The wishes of the last plan that the user confirmed.
ALTER TABLE wishes ADD COLUMN confirmed jsonb;

-- More of each write, and the journal beside the photos, whose rows belong to no photo.
ALTER TABLE ledger
    ADD COLUMN picture_hash text,
    ADD COLUMN found jsonb NOT NULL DEFAULT '[]',
    DROP CONSTRAINT ledger_target_check,
    ADD CONSTRAINT ledger_target_check CHECK (target IN ('embedded', 'sidecar', 'journal'));
CREATE INDEX ledger_journals ON ledger (library_id, write_id) WHERE target = 'journal';

-- All that people said, in the words of its owner.
CREATE TABLE statements (
    owner text NOT NULL,
    kind text NOT NULL,
    statement_id text NOT NULL,
    revision bigint NOT NULL,
    said_by text NOT NULL,
    photo_ids text[] NOT NULL,
    body jsonb NOT NULL,
    is_gone boolean NOT NULL,
    PRIMARY KEY (owner, kind, statement_id)
);
CREATE INDEX statements_by_photo ON statements USING gin (photo_ids);

-- Where the journal of each library stands that may have to say something else.
CREATE TABLE journals (
    library_id text PRIMARY KEY,
    state text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'done', 'failed')),
    reason text,
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz
);
