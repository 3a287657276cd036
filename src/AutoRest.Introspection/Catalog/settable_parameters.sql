-- Parameters the connecting role may set: everybody's, and those it was granted. Dotted placeholders are not in pg_settings.
SELECT p.name
FROM pg_catalog.pg_settings p
WHERE p.context = 'user'
  OR pg_catalog.has_parameter_privilege(p.name, 'SET')
