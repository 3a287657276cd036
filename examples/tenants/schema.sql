-- Many tenants in one set of tables, kept apart by row-level security; and, below, one schema per tenant. Can be run again.
\set ON_ERROR_STOP on
BEGIN;

-- Not exposed.
CREATE SCHEMA IF NOT EXISTS tenancy;
REVOKE ALL ON SCHEMA tenancy FROM PUBLIC;
GRANT USAGE ON SCHEMA tenancy TO api_anon, web_user;

-- db-pre-request: runs first in the transaction of every request, as the request's role. It turns the claim of the verified token into the setting that the
-- policies and the application's own functions read. The setting is written every time, also when there is no claim: what a session was left with counts for nothing.
CREATE OR REPLACE FUNCTION tenancy.enter() RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = '' AS $$
DECLARE
    tenant text := nullif(current_setting('request.jwt.claims', true), '')::json ->> 'tenant_id';
BEGIN
    PERFORM set_config('app.current_tenant_id', coalesce(tenant, ''), true);
    -- Without a tenant the policies would show no row; a clear refusal is better than an empty list.
    IF current_user = 'web_user' AND (tenant IS NULL
        OR tenant !~ '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$') THEN
        RAISE SQLSTATE 'PT403' USING MESSAGE = 'The token names no tenant';
    END IF;
END
$$;
REVOKE EXECUTE ON FUNCTION tenancy.enter FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenancy.enter TO api_anon, web_user;

-- Null compares as not equal: no tenant, no rows.
CREATE OR REPLACE FUNCTION tenancy.current_tenant() RETURNS uuid
    LANGUAGE sql STABLE SECURITY INVOKER SET search_path = '' AS $$
    SELECT nullif(current_setting('app.current_tenant_id', true), '')::uuid
$$;
REVOKE EXECUTE ON FUNCTION tenancy.current_tenant FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenancy.current_tenant TO web_user;

CREATE TABLE IF NOT EXISTS api.tenants (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200)
);

-- Keys begin with the tenant. Constraints do not ask policies: a key of its own would tell, by a conflict, which ids or addresses
-- other tenants have; and a foreign key without the tenant could point at another tenant's row.
CREATE TABLE IF NOT EXISTS api.users (
    tenant_id uuid NOT NULL DEFAULT tenancy.current_tenant() REFERENCES api.tenants,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    email text NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, email)
);

CREATE TABLE IF NOT EXISTS api.documents (
    tenant_id uuid NOT NULL DEFAULT tenancy.current_tenant() REFERENCES api.tenants,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    author_id uuid,
    title text NOT NULL,
    body text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, author_id) REFERENCES api.users (tenant_id, id)
);
CREATE INDEX IF NOT EXISTS documents_author_idx ON api.documents (tenant_id, author_id);

-- Grants: a tenant is created by the operator, not through the API.
GRANT SELECT, UPDATE (name) ON api.tenants TO web_user;
GRANT SELECT, INSERT, UPDATE, DELETE ON api.users, api.documents TO web_user;

ALTER TABLE api.tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE api.users ENABLE ROW LEVEL SECURITY;
ALTER TABLE api.documents ENABLE ROW LEVEL SECURITY;

-- USING counts for the rows that are found and, without a WITH CHECK, for the rows that are written.
-- (SELECT …) is computed once per statement, not once per row.
DROP POLICY IF EXISTS tenants_own ON api.tenants;
CREATE POLICY tenants_own ON api.tenants TO web_user USING (id = (SELECT tenancy.current_tenant()));
DROP POLICY IF EXISTS users_own ON api.users;
CREATE POLICY users_own ON api.users TO web_user USING (tenant_id = (SELECT tenancy.current_tenant()));
DROP POLICY IF EXISTS documents_own ON api.documents;
CREATE POLICY documents_own ON api.documents TO web_user USING (tenant_id = (SELECT tenancy.current_tenant()));

-- A function with the caller's rights sees what the caller sees.
CREATE OR REPLACE FUNCTION api.usage() RETURNS json
    LANGUAGE sql STABLE SECURITY INVOKER SET search_path = '' AS $$
    SELECT json_build_object('users', (SELECT count(*) FROM api.users), 'documents', (SELECT count(*) FROM api.documents))
$$;
REVOKE EXECUTE ON FUNCTION api.usage FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api.usage TO web_user;

INSERT INTO api.tenants VALUES
    ('aaaaaaaa-0000-4000-8000-000000000001', 'Acme'),
    ('bbbbbbbb-0000-4000-8000-000000000002', 'Globex')
ON CONFLICT DO NOTHING;
INSERT INTO api.users VALUES
    ('aaaaaaaa-0000-4000-8000-000000000001', 'aaaaaaaa-1111-4000-8000-000000000001', 'alice@acme.example', 'Alice'),
    ('bbbbbbbb-0000-4000-8000-000000000002', 'bbbbbbbb-1111-4000-8000-000000000001', 'gina@globex.example', 'Gina')
ON CONFLICT DO NOTHING;
INSERT INTO api.documents (tenant_id, id, author_id, title) VALUES
    ('aaaaaaaa-0000-4000-8000-000000000001', 'aaaaaaaa-2222-4000-8000-000000000001', 'aaaaaaaa-1111-4000-8000-000000000001', 'Acme''s plan'),
    ('bbbbbbbb-0000-4000-8000-000000000002', 'bbbbbbbb-2222-4000-8000-000000000001', 'bbbbbbbb-1111-4000-8000-000000000001', 'Globex''s plan')
ON CONFLICT DO NOTHING;

-- One schema per tenant: other tables, or a tenant that must be moved, dumped or dropped alone. The header Accept-Profile or Content-Profile chooses
-- among the exposed schemas (db-schemas), and is the client's to write: what keeps tenants apart is a role per tenant that can use its own schema only.
DO $$
DECLARE
    tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['acme', 'globex'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tenant_' || tenant) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS', 'tenant_' || tenant);
        END IF;
        EXECUTE format('ALTER ROLE %I SET statement_timeout = %L', 'tenant_' || tenant, '30s');
        EXECUTE format('GRANT %I TO authenticator', 'tenant_' || tenant);
        EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', 'tenant_' || tenant);
        EXECUTE format('GRANT USAGE ON SCHEMA %1$I TO %1$I', 'tenant_' || tenant);
        EXECUTE format('GRANT USAGE ON SCHEMA tenancy TO %I', 'tenant_' || tenant);
        EXECUTE format('GRANT EXECUTE ON FUNCTION tenancy.enter TO %I', 'tenant_' || tenant);
        EXECUTE format(
            'CREATE TABLE IF NOT EXISTS %I.invoices (number int PRIMARY KEY, amount numeric(12, 2) NOT NULL, customer text NOT NULL)', 'tenant_' || tenant);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %1$I.invoices TO %1$I', 'tenant_' || tenant);
        -- The schema keeps tenants apart; the policy says that the whole table is meant.
        EXECUTE format('ALTER TABLE %I.invoices ENABLE ROW LEVEL SECURITY', 'tenant_' || tenant);
        EXECUTE format('DROP POLICY IF EXISTS invoices_all ON %I.invoices', 'tenant_' || tenant);
        EXECUTE format('CREATE POLICY invoices_all ON %1$I.invoices TO %1$I USING (true)', 'tenant_' || tenant);
    END LOOP;
END
$$;
INSERT INTO tenant_acme.invoices VALUES (1, 120.00, 'Initech') ON CONFLICT DO NOTHING;
INSERT INTO tenant_globex.invoices VALUES (1, 99.50, 'Hooli') ON CONFLICT DO NOTHING;

COMMIT;
