-- Conversations whose messages are JSON documents. Can be run again.
\set ON_ERROR_STOP on
BEGIN;

-- Reads every conversation, changes none. A role of its own, and not a flag in the token: grants and policies name roles.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'support') THEN
        CREATE ROLE support NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
    END IF;
END
$$;
ALTER ROLE support SET statement_timeout = '30s';
GRANT support TO authenticator;
GRANT USAGE ON SCHEMA api TO support;

CREATE TABLE IF NOT EXISTS api.conversations (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    owner text NOT NULL DEFAULT (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub'),
    -- What the foreign key of messages refers to.
    UNIQUE (id, owner)
);
CREATE INDEX IF NOT EXISTS conversations_owner_idx ON api.conversations (owner);

CREATE TABLE IF NOT EXISTS api.messages (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation_id bigint NOT NULL,
    -- Kept here as well, so that the policy compares a column and looks nothing up. The foreign key keeps the two the same: nobody
    -- writes into a conversation that is not theirs, for foreign keys do not ask policies.
    owner text NOT NULL DEFAULT (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub'),
    message jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (conversation_id, owner) REFERENCES api.conversations (id, owner) ON DELETE CASCADE,
    CHECK (message ->> 'role' IN ('user', 'assistant', 'system') AND message ? 'content'),
    CHECK (pg_column_size(message) <= 65536)
);
COMMENT ON COLUMN api.messages.message IS '{"role": "user", "content": "…", …}: any further members are kept and can be filtered by';

-- A user's own messages by date; the policy below compares the owner.
CREATE INDEX IF NOT EXISTS messages_owner_date_idx ON api.messages (owner, created_at DESC);
-- The whole foreign key: for embedding and for deleting a conversation.
CREATE INDEX IF NOT EXISTS messages_conversation_idx ON api.messages (conversation_id, owner, created_at);
-- message->lead->>email=eq.…: the same expression as in the filter, or the index is not used.
CREATE INDEX IF NOT EXISTS messages_email_idx ON api.messages ((message -> 'lead' ->> 'email'));
-- message=cs.{…}: containment of any member. jsonb_path_ops is smaller and faster than the default, and knows only this.
CREATE INDEX IF NOT EXISTS messages_document_idx ON api.messages USING gin (message jsonb_path_ops);

-- Behind a policy PostgreSQL uses an index only for conditions that cannot leak what the policy hides, and neither ->> nor @> is known
-- not to (LEAKPROOF). So a member that users filter by becomes a column, whose comparison is; support has no such policy and uses the two above.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'api.messages'::regclass AND attname = 'role') THEN
        ALTER TABLE api.messages ADD COLUMN role text GENERATED ALWAYS AS (message ->> 'role') STORED;
    END IF;
END
$$;
CREATE INDEX IF NOT EXISTS messages_owner_role_idx ON api.messages (owner, role, created_at DESC);

GRANT SELECT ON api.conversations, api.messages TO web_user, support;
GRANT INSERT (title), UPDATE (title), DELETE ON api.conversations TO web_user;
-- A message is said once: nobody edits it.
GRANT INSERT (conversation_id, message), DELETE ON api.messages TO web_user;

ALTER TABLE api.conversations ENABLE ROW LEVEL SECURITY;
ALTER TABLE api.messages ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS conversations_own ON api.conversations;
CREATE POLICY conversations_own ON api.conversations TO web_user
    USING (owner = (SELECT nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub'));
DROP POLICY IF EXISTS conversations_support ON api.conversations;
CREATE POLICY conversations_support ON api.conversations FOR SELECT TO support
    USING (true);

DROP POLICY IF EXISTS messages_own ON api.messages;
CREATE POLICY messages_own ON api.messages TO web_user
    USING (owner = (SELECT nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub'));
DROP POLICY IF EXISTS messages_support ON api.messages;
CREATE POLICY messages_support ON api.messages FOR SELECT TO support
    USING (true);

INSERT INTO api.conversations (id, title, owner) OVERRIDING SYSTEM VALUE VALUES (1, 'Which plan?', 'alice'), (2, 'An invoice', 'bob')
ON CONFLICT (id) DO NOTHING;
SELECT setval(pg_get_serial_sequence('api.conversations', 'id'), max(id)) FROM api.conversations;

INSERT INTO api.messages (conversation_id, owner, message, created_at)
SELECT seed.* FROM (VALUES
    (1::bigint, 'alice', '{"role": "user", "content": "Which plan do I need?", "lead": {"email": "alice@example.com", "source": "web"}}'::jsonb, timestamptz '2025-01-01 09:00+00'),
    (1, 'alice', '{"role": "assistant", "content": "How many people are you?", "tokens": 6}', '2025-01-01 09:00:05+00'),
    (1, 'alice', '{"role": "user", "content": "Twelve."}', '2025-01-01 09:01+00'),
    (2, 'bob', '{"role": "user", "content": "My invoice is wrong", "lead": {"email": "bob@example.com", "source": "app"}}', '2025-01-02 10:00+00')
) AS seed
WHERE NOT EXISTS (SELECT FROM api.messages);

COMMIT;
