-- What every service's schema holds beside its own tables.
CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    msg_id text NOT NULL,
    subject text NOT NULL,
    payload text NOT NULL,
    added_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE inbox (
    durable text NOT NULL,
    msg_id text NOT NULL,
    PRIMARY KEY (durable, msg_id)
);
