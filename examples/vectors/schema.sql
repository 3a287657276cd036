-- Texts with embeddings, and the nearest of them. Needs pgvector 0.8 or later (postgres/init/05-extensions.sql creates the extension where it
-- is installed). Can be run again. Three dimensions, so that the examples can be read: take what your model gives.
\set ON_ERROR_STOP on
BEGIN;

CREATE TABLE IF NOT EXISTS api.passages (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner text NOT NULL DEFAULT (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub'),
    public boolean NOT NULL DEFAULT false,
    body text NOT NULL CHECK (length(body) BETWEEN 1 AND 10000),
    embedding public.vector(3) NOT NULL
);
CREATE INDEX IF NOT EXISTS passages_owner_idx ON api.passages (owner);
-- For <=>, the cosine distance. An index serves the one operator it was made for.
CREATE INDEX IF NOT EXISTS passages_cosine_idx ON api.passages USING hnsw (embedding public.vector_cosine_ops);

-- The index gives hnsw.ef_search candidates, and policies and filters drop some of them. With this it goes on until there are enough:
-- otherwise whoever owns few of many rows gets too few. For the whole database: sessions of a pool belong to no role.
DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I SET hnsw.iterative_scan = strict_order', current_database());
END
$$;

GRANT SELECT ON api.passages TO api_anon, web_user;
GRANT INSERT (body, embedding, public), UPDATE (body, embedding, public), DELETE ON api.passages TO web_user;

ALTER TABLE api.passages ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS passages_public ON api.passages;
CREATE POLICY passages_public ON api.passages FOR SELECT TO api_anon, web_user
    USING (public);
DROP POLICY IF EXISTS passages_own ON api.passages;
CREATE POLICY passages_own ON api.passages TO web_user
    USING (owner = (SELECT nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub'));

-- The caller's rights, so the caller's rows. Neither SECURITY DEFINER nor a SET clause: either would keep PostgreSQL from
-- making the function part of the request's statement. Names are qualified instead.
CREATE OR REPLACE FUNCTION api.nearest(query public.vector, matches integer DEFAULT 5) RETURNS SETOF api.passages
    LANGUAGE sql STABLE SECURITY INVOKER ROWS 10 AS $$
    SELECT * FROM api.passages
    ORDER BY embedding OPERATOR(public.<=>) query
    -- Nobody asks for everything.
    LIMIT least(greatest(matches, 1), 100)
$$;
COMMENT ON FUNCTION api.nearest IS 'The passages with the smallest cosine distance, nearest first; at most 100';
REVOKE EXECUTE ON FUNCTION api.nearest FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.nearest TO api_anon, web_user;

INSERT INTO api.passages (owner, public, body, embedding)
SELECT seed.* FROM (VALUES
    ('alice', true, 'Cats sleep sixteen hours a day', '[0.9, 0.1, 0]'::public.vector),
    ('alice', true, 'Dogs dream, too', '[0.8, 0.3, 0.1]'),
    ('alice', false, 'My cat is called Ada', '[0.95, 0.05, 0.1]'),
    ('bob', true, 'Bread needs time', '[0, 0.2, 0.9]'),
    ('bob', false, 'My own recipe', '[0.1, 0.1, 0.95]')
) AS seed
WHERE NOT EXISTS (SELECT FROM api.passages);

COMMIT;
