-- A queue of jobs and a look at the session, for an API behind a transaction pooler. Can be run again.
\set ON_ERROR_STOP on
BEGIN;

CREATE TABLE IF NOT EXISTS api.jobs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner text NOT NULL DEFAULT (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub'),
    task text NOT NULL CHECK (length(task) BETWEEN 1 AND 500),
    taken_at timestamptz
);
-- What is still to do, by age; jobs that are done do not make it larger.
CREATE INDEX IF NOT EXISTS jobs_waiting_idx ON api.jobs (owner, id) WHERE taken_at IS NULL;

GRANT SELECT, INSERT (task), UPDATE (taken_at) ON api.jobs TO web_user;
ALTER TABLE api.jobs ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS jobs_own ON api.jobs;
CREATE POLICY jobs_own ON api.jobs TO web_user
    USING (owner = (SELECT nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub'));

-- Behind a transaction pooler the next transaction may run in another session, and this session may serve somebody else: session-level advisory locks, SET without
-- LOCAL, temporary tables, LISTEN and cursors WITH HOLD do not work. A row lock lasts as long as the transaction, and SKIP LOCKED lets many take jobs at once.
CREATE OR REPLACE FUNCTION api.take_job() RETURNS SETOF api.jobs
    LANGUAGE sql VOLATILE SECURITY INVOKER ROWS 1 SET search_path = '' AS $$
    UPDATE api.jobs SET taken_at = now()
    WHERE id = (SELECT id FROM api.jobs WHERE taken_at IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING *
$$;
REVOKE EXECUTE ON FUNCTION api.take_job FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.take_job TO web_user;

-- What a request finds in the session it is given.
CREATE OR REPLACE FUNCTION api.session() RETURNS json
    LANGUAGE sql STABLE SECURITY INVOKER SET search_path = '' AS $$
    SELECT json_build_object(
        'role', current_user,
        'user', nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub',
        'prepares', EXISTS (SELECT FROM pg_catalog.pg_prepared_statements))
$$;
REVOKE EXECUTE ON FUNCTION api.session FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.session TO api_anon, web_user;

COMMIT;
