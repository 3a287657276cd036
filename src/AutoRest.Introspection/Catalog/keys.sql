-- Primary keys and unique constraints of all tables, exposed or not: views trace back to tables anywhere.
-- Unique indexes without a constraint are not keys, neither are exclusion constraints.
SELECT
  k.conrelid::bigint AS relation,
  k.conname::text AS name,
  k.contype = 'p' AS is_primary,
  array_to_string(k.conkey, ' ') AS columns
FROM pg_constraint k
WHERE k.contype IN ('p', 'u')
  AND k.conrelid <> 0
ORDER BY k.conrelid, k.conname
