-- Task to the age of the look that its result comes from: a look without that task leaves the result as it was.
ALTER TABLE analyses ADD COLUMN looks jsonb NOT NULL DEFAULT '{}';
UPDATE analyses SET looks = (
    SELECT jsonb_object_agg(task, jsonb_build_array((extract(epoch FROM analysed_at) * 1000000)::bigint, model_version))
    FROM unnest(ARRAY['whole', 'faces', 'objects', 'tags', 'ocr']) AS task
);
