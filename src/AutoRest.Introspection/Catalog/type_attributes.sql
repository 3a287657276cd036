-- Attributes of the composite types that are no relation's row type, in order.
SELECT a.attrelid::bigint AS relation, a.attname::text AS name, a.atttypid::bigint AS type
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relkind = 'c'
  AND a.attnum > 0
  AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
