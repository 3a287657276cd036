-- Schema api is the API: what is in it, and granted, is an endpoint.
CREATE SCHEMA IF NOT EXISTS api;
COMMENT ON SCHEMA api IS 'The public API';
GRANT USAGE ON SCHEMA api TO api_anon, web_user;

CREATE TABLE IF NOT EXISTS api.todos (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    task text NOT NULL CHECK (length(task) BETWEEN 1 AND 500),
    done boolean NOT NULL DEFAULT false,
    due date,
    -- NULLIF: in a pooled session an unset setting reads as the empty string once it was set before, and that is no JSON.
    owner text NOT NULL DEFAULT (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub'),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS todos_owner_idx ON api.todos (owner);
COMMENT ON TABLE api.todos IS 'Things to do. Everybody may read them; a signed-in user changes their own.';
COMMENT ON COLUMN api.todos.owner IS 'The sub claim of the token that created the row';

-- Rights first, rows second: a grant says which tables and verbs, a policy says which rows.
GRANT SELECT ON api.todos TO api_anon, web_user;
GRANT INSERT, UPDATE, DELETE ON api.todos TO web_user;

ALTER TABLE api.todos ENABLE ROW LEVEL SECURITY;

-- (SELECT …) is computed once per statement, not once per row.
DROP POLICY IF EXISTS todos_read ON api.todos;
CREATE POLICY todos_read ON api.todos FOR SELECT TO api_anon, web_user
    USING (true);

DROP POLICY IF EXISTS todos_insert_own ON api.todos;
CREATE POLICY todos_insert_own ON api.todos FOR INSERT TO web_user
    WITH CHECK (owner = (SELECT nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub'));

DROP POLICY IF EXISTS todos_update_own ON api.todos;
CREATE POLICY todos_update_own ON api.todos FOR UPDATE TO web_user
    USING (owner = (SELECT nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub'))
    WITH CHECK (owner = (SELECT nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub'));

DROP POLICY IF EXISTS todos_delete_own ON api.todos;
CREATE POLICY todos_delete_own ON api.todos FOR DELETE TO web_user
    USING (owner = (SELECT nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub'));
