-- As settable_parameters.sql. PostgreSQL 14 cannot grant parameters, and lacks the function that asks.
SELECT p.name
FROM pg_catalog.pg_settings p
WHERE p.context = 'user'
