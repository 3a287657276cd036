using System.Collections.Immutable;
using AutoRest.Introspection;
using AutoRest.Server.Configuration;
using AutoRest.Server.Planning;
using AutoRest.Server.Requests;
using AutoRest.Server.Sql;

namespace AutoRest.Server.Queries;

/// <summary>Calls of functions. contract/functions.md §4.</summary>
static class CallSql
{
    public static void Write(SqlWriter sql, ActionPlan.Call call, ApiRequest request, AppConfig config)
    {
        var plan = call.Plan;
        var returned = plan.Routine.Return;
        var name = new QualifiedIdentifier("", call.Result.From.Name);
        var isScalar = !returned.IsComposite;
        sql.Append($"WITH pgrst_source AS (");
        WriteSource(sql, plan, isScalar, ColumnsOf(call));
        sql.Append($") SELECT ");

        // Only exact counts reach functions, and only where the page may be a part.
        var counts = request.Preferences.Count is CountPreference.Exact or CountPreference.Estimated;
        if (counts && (config.DbMaxRows is not null || !request.Range.IsAll))
        {
            sql.Append($"(SELECT count(*) FROM (");
            new ReadSql(sql, name, true).WriteCountSource(call.Result);
            sql.Append($") AS ar_r)");
        }
        else if (counts)
        {
            sql.Append($"{(returned.IsSet ? SqlToken.Of("count(_postgrest_t)") : SqlToken.Of("1::bigint"))}");
        }
        else
        {
            sql.Append($"NULL::bigint");
        }

        sql.Append($", {(returned.IsSet ? SqlToken.Of("count(_postgrest_t)") : SqlToken.Of("1::bigint"))}, ");
        if (call.HeadersOnly || returned.IsVoid)
        {
            sql.Append($"''");
        }
        else
        {
            BodySql.WriteAggregate(sql, call.Body, RowsOf(returned), call.Result.From);
        }

        RequestStatements.WriteResponseSettings(sql);
        sql.Append($", NULL::text, NULL::text FROM (");
        new ReadSql(sql, name, true).WriteQuery(call.Result);
        sql.Append($") AS _postgrest_t");
    }

    static RowsOf RowsOf(RoutineReturn returned) => (returned.IsComposite, returned.IsSet) switch
    {
        (true, true) => Queries.RowsOf.Relation,
        (true, false) => Queries.RowsOf.SingleComposite,
        (false, true) => Queries.RowsOf.SetOfScalar,
        (false, false) => Queries.RowsOf.Scalar,
    };

    /// <summary>Columns the rest of the statement needs of the function's rows; null is all of them (contract/embedding.md §13).</summary>
    static SortedSet<string>? ColumnsOf(ActionPlan.Call call)
    {
        var result = call.Result;
        if (!call.Plan.Routine.Return.IsComposite || result.Select.IsEmpty
            || result.Select.Any(static i => i is not SelectedItem.Column { Field: not null })
            || result.Embeds.Any(static e => e.Via is Relationship.Computed)
            || UsesComputedField(result))
        {
            return null;
        }

        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var item in result.Select)
        {
            names.Add(((SelectedItem.Column)item).Field!.Name);
        }

        foreach (var embed in result.Embeds)
        {
            names.UnionWith(embed.Via switch
            {
                Relationship.ForeignKey key => key.Columns.Select(static c => c.Origin),
                Relationship.Junction junction => junction.OriginColumns.Select(static c => c.Origin),
                _ => [],
            });
        }

        AddFilters(names, result.Where);
        foreach (var order in result.Order)
        {
            if (order.Embed is null)
            {
                names.Add(order.Field.Name);
            }
        }

        return names;
    }

    /// <summary>A computed field needs the whole row; only a known relation can have one.</summary>
    static bool UsesComputedField(ReadPlan result) =>
        result.Table is not null && result.Select.Any(static i => i is SelectedItem.Column { Field.Column: null });

    static void AddFilters(SortedSet<string> names, IEnumerable<ResolvedLogic> logic)
    {
        foreach (var item in logic)
        {
            switch (item)
            {
                case ResolvedLogic.Group group:
                    AddFilters(names, group.Members);
                    break;
                case ResolvedLogic.Test test:
                    names.Add(test.Field.Name);
                    break;
                case ResolvedLogic.OperatorTest test:
                    names.Add(test.Field.Name);
                    break;
                default:
                    break;
            }
        }
    }

    static void WriteSource(SqlWriter sql, CallPlan plan, bool isScalar, SortedSet<string>? columns)
    {
        sql.Append($"SELECT ");
        if (isScalar)
        {
            sql.Append($"pgrst_call.pgrst_scalar");
        }
        else if (columns is null)
        {
            sql.Append($"pgrst_call.*");
        }
        else
        {
            var first = true;
            foreach (var column in columns)
            {
                sql.Append($"{(first ? SqlToken.Of("") : SqlToken.Of(", "))}pgrst_call.{new Identifier(column)}");
                first = false;
            }
        }

        sql.Append($" FROM ");
        var fromPayload = plan.Arguments.Any(static a => a.Value is null && a.Parameter.Name.Length > 0);
        if (fromPayload)
        {
            WritePayload(sql, plan);
            sql.Append($", LATERAL ");
        }

        if (isScalar)
        {
            sql.Append($"(SELECT ");
            WriteCall(sql, plan, fromPayload);
            sql.Append($" AS pgrst_scalar) pgrst_call");
        }
        else
        {
            WriteCall(sql, plan, fromPayload);
            sql.Append($" pgrst_call");
        }
    }

    /// <summary>The first object of the payload as one row of arguments.</summary>
    static void WritePayload(SqlWriter sql, CallPlan plan)
    {
        var payload = plan.Payload!;
        var isObject = payload.Kind == PayloadKind.JsonObject;
        sql.Append($"(SELECT {Parameter.Json(payload.Body)}::json AS json_data) pgrst_payload, LATERAL (SELECT ");
        for (var i = 0; i < plan.Arguments.Length; i++)
        {
            sql.Append($"{(i == 0 ? SqlToken.Of("") : SqlToken.Of(", "))}{new Identifier(plan.Arguments[i].Parameter.Name)}");
        }

        sql.Append($" FROM {(isObject ? SqlToken.Of("json_to_record") : SqlToken.Of("json_to_recordset"))}(pgrst_payload.json_data) AS _(");
        for (var i = 0; i < plan.Arguments.Length; i++)
        {
            var parameter = plan.Arguments[i].Parameter;
            sql.Append($"{(i == 0 ? SqlToken.Of("") : SqlToken.Of(", "))}{new Identifier(parameter.Name)} {TypeName.FromCatalog(parameter)}");
        }

        sql.Append($") LIMIT 1) pgrst_body");
    }

    static void WriteCall(SqlWriter sql, CallPlan plan, bool fromPayload)
    {
        sql.Append($"{plan.Routine.Name}(");
        for (var i = 0; i < plan.Arguments.Length; i++)
        {
            var (parameter, value) = (plan.Arguments[i].Parameter, plan.Arguments[i].Value);
            sql.Append($"{(i == 0 ? SqlToken.Of("") : SqlToken.Of(", "))}{(parameter.IsVariadic ? SqlToken.Of("VARIADIC ") : SqlToken.Of(""))}");
            if (parameter.Name.Length == 0)
            {
                WriteWholeBody(sql, plan.Payload!, parameter);
                continue;
            }

            sql.Append($"{new Identifier(parameter.Name)} := ");
            if (fromPayload)
            {
                sql.Append($"pgrst_body.{new Identifier(parameter.Name)}");
            }
            else
            {
                sql.Append($"{value!}::{TypeName.FromCatalog(parameter)}");
            }
        }

        sql.Append($")");
    }

    /// <summary>A single unnamed parameter takes the body as it came.</summary>
    static void WriteWholeBody(SqlWriter sql, Payload payload, RoutineParameter parameter)
    {
        var value = parameter.Type switch
        {
            "bytea" => Parameter.Binary(payload.Body),
            _ => Parameter.Utf8(payload.Body),
        };
        sql.Append($"{value}::{TypeName.FromCatalog(parameter)}");
    }
}
