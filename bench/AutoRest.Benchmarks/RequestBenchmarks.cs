using AutoRest.Server.Execution;
using AutoRest.Server.Planning;
using AutoRest.Server.Queries;
using AutoRest.Server.Requests;
using AutoRest.Server.Responses;
using BenchmarkDotNet.Attributes;
using Npgsql;

namespace AutoRest.Benchmarks;

/// <summary>What a request costs before and after the database. Target for the example: parse + plan + SQL within 10 µs and 8 kB.</summary>
public class RequestBenchmarks
{
    RequestHead _head = null!;
    byte[] _body = null!;
    ApiRequest _parsed = null!;
    ActionPlan _plan = null!;
    RequestStatements _statements = null!;
    DbResult _result = null!;

    [Params("example", "key", "page", "embed", "browser", "insert")]
    public string Request { get; set; } = "";

    [GlobalSetup]
    public void Prepare()
    {
        (_head, _body) = Samples.Request(Request);
        _parsed = Parse();
        _plan = Plan();
        _statements = Sql();
        _result = new DbResult(null, 1, null, null, null, null);
    }

    [Benchmark]
    public ApiRequest Parse() => ApiRequest.Parse(_head, _body, Samples.Config);

    [Benchmark]
    public ActionPlan Plan() => Planner.Plan(_parsed, Samples.Cache, Samples.Config);

    /// <summary>The session statement and the main statement.</summary>
    [Benchmark]
    public RequestStatements Sql() => RequestStatements.For(_plan, _parsed, Samples.Snapshot, "web_anon", Samples.AnonymousClaims, RowsMade.HereInUtc);

    [Benchmark]
    public RequestStatements ParsePlanSql()
    {
        var parsed = ApiRequest.Parse(_head, _body, Samples.Config);
        var plan = Planner.Plan(parsed, Samples.Cache, Samples.Config);
        return RequestStatements.For(plan, parsed, Samples.Snapshot, "web_anon", Samples.AnonymousClaims, RowsMade.HereInUtc);
    }

    /// <summary>Of <see cref="Sql"/>, the session statement alone: most of it is the headers' JSON.</summary>
    [Benchmark]
    public object Session() =>
        SessionSql.Write(_head, "api", null, Samples.Config, "web_anon", Samples.AnonymousClaims, null, [], true);

    /// <summary>The driver's objects for the statements, without sending them.</summary>
    [Benchmark]
    public NpgsqlBatch Batch()
    {
        var batch = new NpgsqlBatch();
        Add(batch, _statements.Session);
        Add(batch, _statements.Main);
        return batch;
    }

    /// <summary>Status and headers.</summary>
    [Benchmark]
    public ResponseHead Describe() => Responder.Describe(_plan, _parsed, Samples.Config, _result);

    static void Add(NpgsqlBatch batch, Server.Sql.SqlStatement statement)
    {
        var command = new NpgsqlBatchCommand(statement.Text);
        foreach (var parameter in statement.Parameters)
        {
            command.Parameters.Add(Executor.ParameterOf(parameter));
        }

        batch.BatchCommands.Add(command);
    }
}
