-- Foreign keys of all tables, exposed or not: views carry keys of tables anywhere.
-- Those cloned onto partitions have a parent; the one on the partitioned table stands for them.
SELECT
  k.conrelid::bigint AS origin,
  k.confrelid::bigint AS target,
  k.conname::text AS name,
  array_to_string(k.conkey, ' ') AS origin_columns,
  array_to_string(k.confkey, ' ') AS target_columns
FROM pg_constraint k
WHERE k.contype = 'f'
  AND k.conparentid = 0
ORDER BY k.conrelid, k.conname
