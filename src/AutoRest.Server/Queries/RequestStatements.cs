using System.Collections.Immutable;
using System.Diagnostics;
using AutoRest.Introspection;
using AutoRest.Server.Configuration;
using AutoRest.Server.Planning;
using AutoRest.Server.Requests;
using AutoRest.Server.Sql;

namespace AutoRest.Server.Queries;

/// <summary>How a request's statements are framed.</summary>
/// <param name="Isolation">Anything but read committed needs an explicit BEGIN.</param>
/// <param name="ReadOnly">GET, HEAD and calls of stable functions.</param>
/// <param name="RollBack">The transaction is undone on purpose (<c>db-tx-end</c>, <c>Prefer: tx</c>).</param>
/// <param name="CheckBeforeCommit">The result decides whether to commit: singular bodies, PUT, <c>max-affected</c>.</param>
public sealed record TransactionFrame(TransactionIsolation Isolation, bool ReadOnly, bool RollBack, bool CheckBeforeCommit)
{
    /// <summary>BEGIN and COMMIT are sent; otherwise the statements of one batch are the transaction.</summary>
    public bool IsExplicit => Isolation != TransactionIsolation.ReadCommitted || (!ReadOnly && (RollBack || CheckBeforeCommit));
}

/// <summary>Who turns the rows of a read into the body.</summary>
public enum RowsMade
{
    /// <summary>This server, where it can.</summary>
    Here,

    /// <summary>As <see cref="Here"/>, in sessions whose time zone is UTC: timestamptz need not be printed by PostgreSQL.</summary>
    HereInUtc,

    /// <summary>PostgreSQL, whatever this server could encode: the columns of the cache are out of date.</summary>
    ByPostgres,
}

/// <summary>Everything a request sends to PostgreSQL, in order.</summary>
/// <param name="PreRequest">The call of <c>db-pre-request</c>, and the response settings it left.</param>
/// <param name="CountPlan">EXPLAIN of the count query.</param>
/// <param name="ReadsResponseSettings">After the main query, <c>response.headers</c> and <c>response.status</c> are asked for.</param>
public sealed record RequestStatements(
    TransactionFrame Frame,
    SqlStatement Session,
    SqlStatement? PreRequest,
    SqlStatement Main,
    ResultShape Shape,
    SqlStatement? CountPlan,
    bool ReadsResponseSettings)
{
    /// <summary>Plan × caller → SQL. Total: every refusal happened before.</summary>
    public static RequestStatements For(
        ActionPlan plan, ApiRequest request, Snapshot snapshot, string role, string claimsJson, RowsMade rows = RowsMade.Here)
    {
        var config = snapshot.Config;
        var roleSettings = snapshot.Roles.GetValueOrDefault(role);
        var frame = FrameOf(plan, request, config, roleSettings);
        var routine = (plan as ActionPlan.Call)?.Plan.Routine;
        var session = SessionSql.Write(
            request.Head, request.Schema, request.Preferences.Timezone, config, role, claimsJson, roleSettings,
            routine is null ? [] : HoistedSettings(routine, config), frame is { ReadOnly: true, IsExplicit: false });

        SqlStatement? preRequest = null;
        var number = RoleNumbers.Of(role);
        if (config.DbPreRequest is { } function)
        {
            var sql = new SqlWriter();
            sql.Append($"/* r{number} */ SELECT {function}()");

            // Read at once: a response that streams has sent its head before the main query ends.
            WriteResponseSettings(sql);
            preRequest = sql.Build();
        }

        var runsUserCode = RunsUserCode(plan);
        if (rows == RowsMade.HereInUtc && (preRequest is not null || runsUserCode || request.Preferences.Timezone is not null || SetsTimezone(roleSettings)))
        {
            // The zone is set, or may be, for this transaction.
            rows = RowsMade.Here;
        }

        var (main, shape) = MainOf(plan, request, config, number, rows);

        // The function may have become another role, so the caller's number does not name the role any more: where user code can run, the
        // statement must not be prepared under it.
        main = main with { IsUnnamed = preRequest is not null && runsUserCode };
        return new RequestStatements(
            frame, session, preRequest, main, shape, CountPlanOf(plan, request, number),
            shape is ResultShape.Rows && (preRequest is not null || runsUserCode));
    }

    static bool SetsTimezone(RoleSettings? role) =>
        role is not null && role.Settings.Any(static s => s.Name.Equals("timezone", StringComparison.OrdinalIgnoreCase));

    static TransactionFrame FrameOf(ActionPlan plan, ApiRequest request, AppConfig config, RoleSettings? roleSettings)
    {
        var rollBack = request.Preferences.Transaction switch
        {
            TransactionPreference.Commit => false,
            TransactionPreference.Rollback => true,
            _ => config.DbTxEnd is TransactionEnd.Rollback or TransactionEnd.RollbackAllowOverride,
        };
        var isolation = (plan as ActionPlan.Call)?.Plan.Routine.Isolation ?? roleSettings?.Isolation ?? TransactionIsolation.ReadCommitted;
        var readOnly = plan switch
        {
            ActionPlan.Mutate => false,
            ActionPlan.Call { Plan: { Method: InvokeMethod.Post, Routine.Volatility: Volatility.Volatile } } => false,
            _ => true,
        };
        var check = plan switch
        {
            ActionPlan.Mutate { Plan.Kind: MutationKind.SingleUpsert } => true,
            ActionPlan.Mutate m => m.Body.IsSingular || LimitsAffected(request),
            ActionPlan.Call c => c.Body.IsSingular || LimitsAffected(request),
            _ => false,
        };
        return new TransactionFrame(isolation, readOnly, rollBack, check);
    }

    static bool LimitsAffected(ApiRequest request) =>
        request.Preferences is { Handling: HandlingPreference.Strict, MaxAffected: not null };

    /// <summary>The settings of a function that hold for its whole transaction. Compared by name, whole and without case.</summary>
    static List<ConfigEntry> HoistedSettings(Routine routine, AppConfig config) =>
    [
        .. routine.Settings.Where(s =>
            config.DbHoistedTxSettings.Contains(s.Name, StringComparer.OrdinalIgnoreCase)
            && !s.Name.Equals("default_transaction_isolation", StringComparison.OrdinalIgnoreCase)),
    ];

    /// <summary>Functions of users may run: they may set response settings, and their EXECUTE is checked only when a statement is planned.</summary>
    static bool RunsUserCode(ActionPlan plan) => plan switch
    {
        ActionPlan.Read read => RunsUserCode(read.Plan),
        ActionPlan.Mutate or ActionPlan.Call => true,
        _ => false,
    };

    static bool RunsUserCode(ReadPlan plan) =>
        plan.Table is not { RunsUserCode: false }
        || plan.Select.Any(static i => i is SelectedItem.Column { Field: { Column: null } or null } or SelectedItem.Column { ToJson: not null } or SelectedItem.Column { Operation: not null })
        || plan.Where.Any(RunsUserCode)
        || plan.Order.Any(static o => o.Field.Column is null || o.Operation is not null)
        || plan.Embeds.Any(static e => e.Via is Relationship.Computed || RunsUserCode(e.Child));

    static bool RunsUserCode(ResolvedLogic logic) => logic switch
    {
        ResolvedLogic.Group group => group.Members.Any(RunsUserCode),
        ResolvedLogic.Test test => test.Field.Column is null || test.FromText is not null,
        ResolvedLogic.OperatorTest => true,
        _ => false,
    };

    static (SqlStatement, ResultShape) MainOf(ActionPlan plan, ApiRequest request, AppConfig config, int number, RowsMade rows)
    {
        switch (plan)
        {
            case ActionPlan.Read read:
                return ReadOf(read, request, config, number, rows);
            case ActionPlan.Mutate mutate:
                var sql = Begin(mutate.Plan.Relation.Name, number, mutate.Body.Plan);
                WriteMutation(sql, mutate);
                return (sql.Build(), ShapeOf(mutate.Body));
            case ActionPlan.Call call:
                var callSql = Begin(call.Result.From.Name, number, call.Body.Plan);
                CallSql.Write(callSql, call, request, config);
                return (callSql.Build(), ShapeOf(call.Body));
            case ActionPlan.Inspect:
                return (PrivilegeSql.Write(request.Schema, config.OpenApiMode), new ResultShape.Lines());
            default:
                throw new UnreachableException();
        }
    }

    static ResultShape ShapeOf(NegotiatedBody body) => body.Plan is null ? new ResultShape.Aggregate() : new ResultShape.Lines();

    static SqlWriter Begin(string rootName, int number, PlanOptions? explain)
    {
        var sql = new SqlWriter(rootName);
        sql.Append($"/* r{number} */ ");
        if (explain is not null)
        {
            sql.Append($"EXPLAIN (FORMAT {(explain.IsJson ? SqlToken.Of("JSON") : SqlToken.Of("TEXT"))}");
            sql.Append($"{(explain.Analyze ? SqlToken.Of(", ANALYZE") : SqlToken.Of(""))}{(explain.Verbose ? SqlToken.Of(", VERBOSE") : SqlToken.Of(""))}");
            sql.Append($"{(explain.Settings ? SqlToken.Of(", SETTINGS") : SqlToken.Of(""))}{(explain.Buffers ? SqlToken.Of(", BUFFERS") : SqlToken.Of(""))}");
            sql.Append($"{(explain.Wal ? SqlToken.Of(", WAL") : SqlToken.Of(""))}) ");
        }

        return sql;
    }

    static (SqlStatement, ResultShape) ReadOf(ActionPlan.Read plan, ApiRequest request, AppConfig config, int number, RowsMade rows)
    {
        var sql = Begin(plan.Plan.From.Name, number, plan.Body.Plan);
        var read = new ReadSql(sql, plan.Plan.From, false);
        var count = CountKindOf(request, config, plan.Plan.Range.IsAll && !plan.Plan.HasAggregates);
        var items = rows == RowsMade.ByPostgres || plan.Body.Plan is not null || plan.HeadersOnly || count == CountKind.Page
            ? null
            : BodySql.RowItemsOf(plan.Plan, plan.Body.Format, rows == RowsMade.HereInUtc);
        if (items is not null)
        {
            foreach (var item in items.Items)
            {
                if (!item.Members.IsDefault)
                {
                    read.Type(item.Embed!, item.Members);
                }
            }

            if (count == CountKind.Query)
            {
                sql.Append($"SELECT ar_c.n, ar_p.* FROM (SELECT count(*) AS n FROM (");
                WriteCounted(sql, read, plan.Plan, request, config);
                sql.Append($") AS ar_r) AS ar_c LEFT JOIN (SELECT TRUE, ");
                BodySql.WriteRowItems(sql, read, plan.Plan, items.Items);
                read.WriteFrom(plan.Plan);
                sql.Append($") AS ar_p ON TRUE");
            }
            else
            {
                sql.Append($"SELECT ");
                BodySql.WriteRowItems(sql, read, plan.Plan, items.Items);
                read.WriteFrom(plan.Plan);
            }

            return (sql.Build(), new ResultShape.Rows(items.Shape, plan.Body.Format, count == CountKind.Query));
        }

        sql.Append($"SELECT ");
        if (count == CountKind.Query)
        {
            sql.Append($"(SELECT count(*) FROM (");
            WriteCounted(sql, read, plan.Plan, request, config);
            sql.Append($") AS ar_r)");
        }
        else if (count == CountKind.Page)
        {
            sql.Append($"count(_postgrest_t)");
        }
        else
        {
            sql.Append($"NULL::bigint");
        }

        sql.Append($", count(_postgrest_t), ");
        if (plan.HeadersOnly && plan.Body.Plan is null)
        {
            sql.Append($"''");
        }
        else
        {
            BodySql.WriteAggregate(sql, plan.Body, RowsOf.Relation, plan.Plan.From);
        }

        WriteResponseSettings(sql);
        sql.Append($", NULL::text, NULL::text FROM (");
        read.WriteQuery(plan.Plan);
        sql.Append($") AS _postgrest_t");
        return (sql.Build(), ShapeOf(plan.Body));
    }

    internal static void WriteResponseSettings(SqlWriter sql) =>
        sql.Append($", nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), '')");

    /// <summary>Where the total comes from. contract/reads.md §9.</summary>
    enum CountKind
    {
        None,

        /// <summary>All rows are on the page: their number is the total.</summary>
        Page,

        Query,
    }

    static CountKind CountKindOf(ApiRequest request, AppConfig config, bool wholeResult) => request.Preferences.Count switch
    {
        null or CountPreference.Planned => CountKind.None,
        CountPreference.Exact or CountPreference.Estimated =>
            config.DbMaxRows is not null || !request.Range.IsAll || wholeResult ? CountKind.Query : CountKind.Page,
        _ => throw new UnreachableException(),
    };

    static void WriteCounted(SqlWriter sql, ReadSql read, ReadPlan plan, ApiRequest request, AppConfig config)
    {
        read.WriteCountSource(plan);
        if (request.Preferences.Count == CountPreference.Estimated && config.DbMaxRows is { } max)
        {
            // One row more than a response may hold tells "all of them" from "more than that".
            sql.Append($" LIMIT {max + 1}");
        }
    }

    static SqlStatement? CountPlanOf(ActionPlan plan, ApiRequest request, int number)
    {
        if (plan is not ActionPlan.Read { Body.Plan: null } read || request.Preferences.Count is not (CountPreference.Planned or CountPreference.Estimated))
        {
            return null;
        }

        var sql = new SqlWriter(read.Plan.From.Name);
        sql.Append($"/* r{number} */ EXPLAIN (FORMAT JSON) ");
        new ReadSql(sql, read.Plan.From, false).WriteCountSource(read.Plan);
        return sql.Build();
    }

    static void WriteMutation(SqlWriter sql, ActionPlan.Mutate mutate)
    {
        var plan = mutate.Plan;
        var name = new QualifiedIdentifier("", plan.Relation.Name);
        sql.Append($"WITH pgrst_source AS (");
        MutateSql.WriteMutation(sql, plan);
        sql.Append($") SELECT NULL::bigint, count(_postgrest_t), ");
        if (plan.ReturnsRows)
        {
            BodySql.WriteAggregate(sql, mutate.Body, RowsOf.Relation, plan.Relation);
        }
        else
        {
            sql.Append($"''");
        }

        WriteResponseSettings(sql);
        sql.Append($", nullif(current_setting('pgrst.inserted', true), '')");
        if (plan.LocatesRow)
        {
            sql.Append($", CASE WHEN count(_postgrest_t) = 1 THEN json_agg(_postgrest_t)->0 END");
        }
        else
        {
            sql.Append($", NULL::text");
        }

        sql.Append($" FROM (");
        if (plan.ReturnsRows)
        {
            new ReadSql(sql, name, true).WriteQuery(mutate.Returned);
        }
        else
        {
            sql.Append($"SELECT * FROM pgrst_source");
        }

        sql.Append($") AS _postgrest_t");
    }
}
