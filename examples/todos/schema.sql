-- Comments on the todos that every stack starts with (postgres/init/20-schema.sql). Can be run again.
\set ON_ERROR_STOP on
BEGIN;

CREATE TABLE IF NOT EXISTS api.comments (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    todo_id uuid NOT NULL REFERENCES api.todos ON DELETE CASCADE,
    body text NOT NULL CHECK (length(body) BETWEEN 1 AND 2000),
    author text NOT NULL DEFAULT (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub'),
    created_at timestamptz NOT NULL DEFAULT now()
);
-- The foreign key is what makes todos embed comments; its index is what makes that fast.
CREATE INDEX IF NOT EXISTS comments_todo_idx ON api.comments (todo_id);
COMMENT ON TABLE api.comments IS 'Comments on todos. Everybody may read them; a signed-in user changes their own.';

-- By column: neither the author nor the time is the client's to say, and a comment stays on its todo.
GRANT SELECT ON api.comments TO api_anon, web_user;
GRANT INSERT (todo_id, body), UPDATE (body), DELETE ON api.comments TO web_user;

ALTER TABLE api.comments ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS comments_read ON api.comments;
CREATE POLICY comments_read ON api.comments FOR SELECT TO api_anon, web_user
    USING (true);

-- One policy per verb: a policy FOR ALL would count for reading, too.
DROP POLICY IF EXISTS comments_insert_own ON api.comments;
CREATE POLICY comments_insert_own ON api.comments FOR INSERT TO web_user
    WITH CHECK (author = (SELECT nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub'));

DROP POLICY IF EXISTS comments_update_own ON api.comments;
CREATE POLICY comments_update_own ON api.comments FOR UPDATE TO web_user
    USING (author = (SELECT nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub'));

DROP POLICY IF EXISTS comments_delete_own ON api.comments;
CREATE POLICY comments_delete_own ON api.comments FOR DELETE TO web_user
    USING (author = (SELECT nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub'));

-- Done is done for all of a user's todos at once. Runs with the caller's rights: the policies decide whose.
CREATE OR REPLACE FUNCTION api.finish_due(until date) RETURNS integer
    LANGUAGE sql VOLATILE SECURITY INVOKER SET search_path = '' AS $$
    WITH finished AS (
        UPDATE api.todos SET done = true WHERE NOT done AND due <= finish_due.until RETURNING 1
    )
    SELECT count(*)::integer FROM finished
$$;
COMMENT ON FUNCTION api.finish_due IS 'Marks the caller''s todos that are due by a day as done, and says how many';
-- Functions are everybody's until that is taken away; postgres/init/10-roles.sql does so for new ones, and this for any database.
REVOKE EXECUTE ON FUNCTION api.finish_due FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.finish_due TO web_user;

INSERT INTO api.comments (todo_id, body, author)
SELECT '22222222-2222-4222-8222-222222222222', 'Start with the README', 'bob'
WHERE NOT EXISTS (SELECT FROM api.comments);

COMMIT;
