using System.Diagnostics;
using AutoRest.Introspection;
using AutoRest.Server.Planning;
using AutoRest.Server.Requests;
using AutoRest.Server.Sql;

namespace AutoRest.Server.Queries;

/// <summary>INSERT, UPDATE, DELETE with RETURNING. contract/writes.md §3–§9.</summary>
static class MutateSql
{
    /// <summary>The mutation itself, the inside of <c>pgrst_source</c>.</summary>
    public static void WriteMutation(SqlWriter sql, MutatePlan plan)
    {
        switch (plan.Kind)
        {
            case MutationKind.Insert:
            case MutationKind.SingleUpsert:
                WriteInsert(sql, plan);
                break;
            case MutationKind.Update when plan.Columns.IsEmpty:
                // Nothing to set: no row is touched, and the columns the rest of the statement wants exist.
                sql.Append($"SELECT ");
                WriteReturning(sql, plan);
                sql.Append($" FROM {plan.Relation} WHERE FALSE");
                return;
            case MutationKind.Update:
                WriteUpdate(sql, plan);
                break;
            case MutationKind.Delete:
                sql.Append($"DELETE FROM {plan.Relation}");
                WriteWhere(sql, plan);
                break;
            default:
                throw new UnreachableException();
        }

        sql.Append($" RETURNING ");
        WriteReturning(sql, plan);
    }

    static void WriteReturning(SqlWriter sql, MutatePlan plan)
    {
        if (plan.Returning is not { } columns)
        {
            sql.Append($"{plan.Relation}.*");
            return;
        }

        for (var i = 0; i < columns.Length; i++)
        {
            sql.Append($"{(i == 0 ? SqlToken.Of("") : SqlToken.Of(", "))}{plan.Relation}.{new Identifier(columns[i])}");
        }

        if (columns.IsEmpty)
        {
            sql.Append($"1");
        }
    }

    static void WriteInsert(SqlWriter sql, MutatePlan plan)
    {
        sql.Append($"INSERT INTO {plan.Relation}");
        for (var i = 0; i < plan.Columns.Length; i++)
        {
            sql.Append($"{(i == 0 ? SqlToken.Of("(") : SqlToken.Of(", "))}{new Identifier(plan.Columns[i].Column.Name)}");
        }

        sql.Append($"{(plan.Columns.IsEmpty ? SqlToken.Of(" SELECT") : SqlToken.Of(") SELECT"))}");
        for (var i = 0; i < plan.Columns.Length; i++)
        {
            sql.Append($"{(i == 0 ? SqlToken.Of(" ") : SqlToken.Of(", "))}pgrst_body.{new Identifier(plan.Columns[i].Column.Name)}");
        }

        sql.Append($" FROM ");
        WriteRowset(sql, plan);

        // Inserted minus updated rows tell 201 from 200: +1 for each row tried, -1 for each that turned out to be an update.
        var counts = plan.Resolution == ResolutionPreference.MergeDuplicates;
        if (counts)
        {
            sql.Append($" WHERE set_config('pgrst.inserted', (coalesce(nullif(current_setting('pgrst.inserted', true), '')::int, 0) + 1)::text, true) <> '0'");
        }

        if (plan.Kind == MutationKind.SingleUpsert)
        {
            foreach (var logic in plan.Where)
            {
                sql.Append($"{(counts ? SqlToken.Of(" AND ") : SqlToken.Of(" WHERE "))}");
                FilterSql.WriteLogic(sql, new RowSource(null, new QualifiedIdentifier("", "pgrst_body")), logic, static (_, _) => throw new UnreachableException());
            }
        }

        WriteOnConflict(sql, plan);
    }

    static void WriteOnConflict(SqlWriter sql, MutatePlan plan)
    {
        if (plan.Resolution is not { } resolution)
        {
            return;
        }

        sql.Append($" ON CONFLICT (");
        for (var i = 0; i < plan.ConflictColumns.Length; i++)
        {
            sql.Append($"{(i == 0 ? SqlToken.Of("") : SqlToken.Of(", "))}{new Identifier(plan.ConflictColumns[i])}");
        }

        sql.Append($")");
        if (resolution == ResolutionPreference.IgnoreDuplicates || plan.Columns.IsEmpty)
        {
            // Without columns there is nothing to set on conflict: the row stays as it is.
            sql.Append($" DO NOTHING");
            return;
        }

        sql.Append($" DO UPDATE SET ");
        for (var i = 0; i < plan.Columns.Length; i++)
        {
            var name = new Identifier(plan.Columns[i].Column.Name);
            sql.Append($"{(i == 0 ? SqlToken.Of("") : SqlToken.Of(", "))}{name} = EXCLUDED.{name}");
        }

        sql.Append($" WHERE set_config('pgrst.inserted', (coalesce(nullif(current_setting('pgrst.inserted', true), '')::int, 0) - 1)::text, true) <> '-1'");
    }

    static void WriteUpdate(SqlWriter sql, MutatePlan plan)
    {
        sql.Append($"UPDATE {plan.Relation} SET ");
        for (var i = 0; i < plan.Columns.Length; i++)
        {
            var name = new Identifier(plan.Columns[i].Column.Name);
            sql.Append($"{(i == 0 ? SqlToken.Of("") : SqlToken.Of(", "))}{name} = pgrst_body.{name}");
        }

        sql.Append($" FROM ");
        WriteRowset(sql, plan);
        WriteWhere(sql, plan);
    }

    static void WriteWhere(SqlWriter sql, MutatePlan plan)
    {
        for (var i = 0; i < plan.Where.Length; i++)
        {
            sql.Append($"{(i == 0 ? SqlToken.Of(" WHERE ") : SqlToken.Of(" AND "))}");
            FilterSql.WriteLogic(sql, new RowSource(null, plan.Relation), plan.Where[i], static (_, _) => throw new UnreachableException());
        }
    }

    /// <summary>The payload as rows: one bind parameter, whatever its size. contract/writes.md §3 and §4.</summary>
    static void WriteRowset(SqlWriter sql, MutatePlan plan)
    {
        var isObject = plan.Payload!.Kind == PayloadKind.JsonObject;
        var payload = plan.PayloadParameter!;
        if (plan.MergeDefaults)
        {
            sql.Append($"(SELECT {payload}::jsonb AS json_data) pgrst_payload, ");
        }
        else
        {
            sql.Append($"(SELECT {payload}::json AS json_data) pgrst_payload, ");
        }

        if (plan.Columns.IsEmpty)
        {
            if (isObject)
            {
                sql.Append($"LATERAL (VALUES (1)) pgrst_body");
            }
            else
            {
                sql.Append($"LATERAL (SELECT 1 FROM {(plan.MergeDefaults ? SqlToken.Of("jsonb_array_elements") : SqlToken.Of("json_array_elements"))}(pgrst_payload.json_data)) pgrst_body");
            }

            return;
        }

        if (plan.MergeDefaults)
        {
            WriteDefaults(sql, plan, isObject);
        }

        sql.Append($"LATERAL (SELECT ");
        for (var i = 0; i < plan.Columns.Length; i++)
        {
            var column = plan.Columns[i];
            var name = new Identifier(column.Column.Name);
            sql.Append($"{(i == 0 ? SqlToken.Of("") : SqlToken.Of(", "))}");
            if (column.FromJson is { } fromJson)
            {
                sql.Append($"{fromJson}({name}) AS {name}");
            }
            else
            {
                sql.Append($"{name}");
            }
        }

        var function = (plan.MergeDefaults, isObject) switch
        {
            (false, true) => SqlToken.Of("json_to_record(pgrst_payload.json_data)"),
            (false, false) => SqlToken.Of("json_to_recordset(pgrst_payload.json_data)"),
            (true, true) => SqlToken.Of("jsonb_to_record(pgrst_json_defs.val)"),
            (true, false) => SqlToken.Of("jsonb_to_recordset(pgrst_json_defs.val)"),
        };
        sql.Append($" FROM {function} AS _(");
        for (var i = 0; i < plan.Columns.Length; i++)
        {
            var column = plan.Columns[i];
            sql.Append($"{(i == 0 ? SqlToken.Of("") : SqlToken.Of(", "))}{new Identifier(column.Column.Name)} ");
            if (column.FromJson is not null)
            {
                sql.Append($"json");
            }
            else
            {
                sql.Append($"{TypeName.FromCatalog(column.Column)}");
            }
        }

        sql.Append($")) pgrst_body");
    }

    static void WriteDefaults(SqlWriter sql, MutatePlan plan, bool isObject)
    {
        sql.Append($"LATERAL (SELECT {(isObject ? SqlToken.Of("jsonb_build_object(") : SqlToken.Of("jsonb_agg(jsonb_build_object("))}");
        var first = true;
        foreach (var column in plan.Columns)
        {
            if (column.Column.Default is null)
            {
                continue;
            }

            sql.Append($"{(first ? SqlToken.Of("") : SqlToken.Of(", "))}{Parameter.Untyped(column.Column.Name)}::text, {CatalogExpression.DefaultOf(column.Column)}");
            first = false;
        }

        sql.Append($"{(isObject
            ? SqlToken.Of(") || pgrst_payload.json_data AS val) pgrst_json_defs, ")
            : SqlToken.Of(") || ar_elem) AS val FROM jsonb_array_elements(pgrst_payload.json_data) ar_elem) pgrst_json_defs, "))}");
    }
}
