-- A changed schema is served without a restart: DDL notifies the servers, which listen on the channel pgrst.
CREATE SCHEMA IF NOT EXISTS autorest;
COMMENT ON SCHEMA autorest IS 'Machinery of the API, not exposed';

CREATE OR REPLACE FUNCTION autorest.notify_ddl() RETURNS event_trigger
    LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    -- Temporary objects are nobody else's business. Equal notifications of one transaction are sent once.
    IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE schema_name IS DISTINCT FROM 'pg_temp') THEN
        NOTIFY pgrst, 'reload schema';
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION autorest.notify_drop() RETURNS event_trigger
    LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_event_trigger_dropped_objects() WHERE NOT is_temporary) THEN
        NOTIFY pgrst, 'reload schema';
    END IF;
END
$$;

DROP EVENT TRIGGER IF EXISTS autorest_ddl;
CREATE EVENT TRIGGER autorest_ddl ON ddl_command_end
    WHEN TAG IN (
        'ALTER AGGREGATE', 'ALTER DOMAIN', 'ALTER EXTENSION', 'ALTER FOREIGN TABLE', 'ALTER FUNCTION', 'ALTER PROCEDURE',
        'ALTER ROUTINE', 'ALTER SCHEMA', 'ALTER TABLE', 'ALTER TYPE', 'ALTER VIEW', 'ALTER MATERIALIZED VIEW', 'COMMENT',
        'CREATE AGGREGATE', 'CREATE CAST', 'CREATE DOMAIN', 'CREATE EXTENSION', 'CREATE FOREIGN TABLE', 'CREATE FUNCTION',
        'CREATE INDEX', 'CREATE MATERIALIZED VIEW', 'CREATE PROCEDURE', 'CREATE RULE', 'CREATE SCHEMA', 'CREATE TABLE',
        'CREATE TABLE AS', 'CREATE TRIGGER', 'CREATE TYPE', 'CREATE VIEW', 'GRANT', 'REVOKE', 'IMPORT FOREIGN SCHEMA',
        'SELECT INTO')
    EXECUTE FUNCTION autorest.notify_ddl();

DROP EVENT TRIGGER IF EXISTS autorest_drop;
CREATE EVENT TRIGGER autorest_drop ON sql_drop
    EXECUTE FUNCTION autorest.notify_drop();
