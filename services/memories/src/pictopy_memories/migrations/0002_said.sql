-- What was said and shown is told to those who keep it (MemoriesStated), once for each change.

ALTER TABLE stories
    ADD COLUMN shown_revision bigint NOT NULL DEFAULT 0, -- as it was told last; 0: it has to be told
    ADD COLUMN is_seen_told boolean NOT NULL DEFAULT false;
CREATE INDEX stories_untold ON stories (story_id) WHERE shown_revision = 0 OR (seen_at IS NOT NULL AND NOT is_seen_told);

ALTER TABLE feedback ADD COLUMN is_told boolean NOT NULL DEFAULT false;
CREATE INDEX feedback_untold ON feedback (feedback_id) WHERE NOT is_told;

-- Stories that were told of and made again otherwise before anyone saw them.
CREATE TABLE gone_stories (
    story_id text PRIMARY KEY
);
