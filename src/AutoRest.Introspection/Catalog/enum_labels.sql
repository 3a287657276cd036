-- Labels of all enum types, in sort order (not in order of creation: ALTER TYPE … ADD VALUE … BEFORE).
SELECT e.enumtypid::bigint AS type, e.enumlabel::text AS label
FROM pg_enum e
ORDER BY e.enumtypid, e.enumsortorder
