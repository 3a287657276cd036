using AutoRest.Server.Configuration;
using AutoRest.Server.Sql;

namespace AutoRest.Server.Queries;

/// <summary>What the current role may use of a schema, as lines of JSON arrays. contract/openapi.md §1.1.</summary>
/// <remarks>
/// The text is constant and names no role: these functions ask for the current user when they run, so one prepared statement serves every role.
/// Everything is of <c>pg_catalog</c> by name, since the search path begins with a schema of users.
/// </remarks>
static class PrivilegeSql
{
    public static SqlStatement Write(string schema, OpenApiMode mode)
    {
        var sql = new SqlWriter();
        if (mode == OpenApiMode.IgnorePrivileges)
        {
            // The transaction and its pre-request function run in any case.
            sql.Append($"SELECT NULL::pg_catalog.text WHERE FALSE");
            return sql.Build();
        }

        sql.Append($"""
            WITH schema AS (
              SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = {Parameter.Untyped(schema)}
            )
            SELECT o.line FROM (
              -- ["schema", may look into it]
              SELECT 1 AS kind, s.oid, pg_catalog.json_build_array('schema', pg_catalog.has_schema_privilege(s.oid, 'USAGE'))::pg_catalog.text AS line
              FROM schema s
              UNION ALL
              -- ["relation", name, select, insert, update, delete]: a privilege on one column is enough to be listed.
              SELECT 2, c.oid, pg_catalog.json_build_array(
                'relation', c.relname,
                pg_catalog.has_any_column_privilege(c.oid, 'SELECT'), pg_catalog.has_any_column_privilege(c.oid, 'INSERT'),
                pg_catalog.has_any_column_privilege(c.oid, 'UPDATE'), pg_catalog.has_table_privilege(c.oid, 'DELETE'))::pg_catalog.text
              FROM schema s
              JOIN pg_catalog.pg_class c ON c.relnamespace = s.oid
              WHERE c.relkind IN ('v', 'r', 'm', 'f', 'p')
                AND NOT c.relispartition
                AND (pg_catalog.pg_has_role(c.relowner, 'USAGE')
                  OR pg_catalog.has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
                  OR pg_catalog.has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'))
              UNION ALL
              -- ["routine", id, [types of the input parameters as the request's search path prints them]]
              SELECT 3, p.oid, pg_catalog.json_build_array('routine', p.oid::pg_catalog.int8, (
                SELECT pg_catalog.json_agg(pg_catalog.format_type(a.type, NULL) ORDER BY a.position)
                FROM pg_catalog.unnest(coalesce(p.proallargtypes, p.proargtypes::pg_catalog.oid[])) WITH ORDINALITY AS a (type, position)
                WHERE coalesce(p.proargmodes[a.position] IN ('i', 'b', 'v'), TRUE)))::pg_catalog.text
              FROM schema s
              JOIN pg_catalog.pg_proc p ON p.pronamespace = s.oid
              WHERE p.prokind = 'f'
                AND pg_catalog.has_function_privilege(p.oid, 'EXECUTE')
            ) AS o
            ORDER BY o.kind, o.oid
            """);
        return sql.Build();
    }
}
