-- Before the roles: 10-roles.sql takes EXECUTE on new functions away from PUBLIC, and the functions and operators of an
-- extension created afterwards would be out of reach of the API's roles.

-- pgvector, where the server has it. Without it everything else works.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector') THEN
        CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public;
    ELSE
        RAISE NOTICE 'pgvector is not installed: vector columns are not available';
    END IF;
END
$$;
