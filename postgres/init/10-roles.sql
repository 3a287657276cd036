-- Roles and what everybody may do. Every file here can be run again at any time and changes nothing the second time.

-- authenticator is the only role that logs in. NOINHERIT: on its own it may do nothing at all; each request becomes one of the
-- roles granted to it. Its password comes from secrets/authenticator_password, set after these files: by `autorest up`, or
-- by 90-password.sh in the container.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'authenticator') THEN
        CREATE ROLE authenticator LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'api_anon') THEN
        CREATE ROLE api_anon NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'web_user') THEN
        CREATE ROLE web_user NOLOGIN;
    END IF;
END
$$;

-- Also when the roles were there before.
ALTER ROLE authenticator LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE api_anon NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE web_user NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
GRANT api_anon, web_user TO authenticator;

-- A runaway request ends by itself. Settings of the role a request becomes; not of authenticator, which a transaction
-- pooler would have to apply at connect.
ALTER ROLE api_anon SET statement_timeout = '15s';
ALTER ROLE web_user SET statement_timeout = '30s';

-- Only who is named may connect; nobody but the owner creates anything in public.
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO authenticator', current_database());
    -- Who reads statistics in containers is made later (90-password.sh), but is there when a database is made anew.
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'monitor') THEN
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO monitor', current_database());
    END IF;
END
$$;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

-- PostgreSQL lets everybody call every new function. In an API a function is an endpoint: grant each one to the roles meant.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
