using System.Collections.Frozen;
using System.Text;
using AutoRest.Introspection;
using AutoRest.Server.Configuration;
using AutoRest.Server.Planning;
using AutoRest.Server.Queries;
using AutoRest.Server.Requests;
using AutoRest.Server.Tests.Sql;
using AutoRest.Testing;
using Microsoft.AspNetCore.Http;
using Npgsql;

[assembly: AssemblyFixture(typeof(FixtureDatabase))]

namespace AutoRest.Server.Tests.Sql;

/// <summary>
/// The schema cache of the recorded cases' fixture, read once from a real PostgreSQL, and requests planned against it. Planning and SQL are pure:
/// the database is asked for the cache, and for execution plans.
/// </summary>
public sealed class FixtureDatabase : IAsyncLifetime
{
    PostgresCluster? _cluster;
    SchemaCache? _cache;

    public SchemaCache Cache
    {
        get
        {
            Required.PostgreSql();
            return _cache!;
        }
    }

    public NpgsqlDataSource Superuser { get; private set; } = null!;

    /// <summary>As the <c>base</c> configuration of the recorded cases, with everything allowed.</summary>
    public static AppConfig Config { get; } = new()
    {
        DbSchemas = ["api", "tenant"],
        DbAnonRole = "anon",
        DbAggregatesEnabled = true,
        DbPlanEnabled = true,
        Operators = CustomOperators.Parse(["distance:pg_catalog.<->", "plain:<->", "inside:<@", "query:@@", "missing:pg_catalog.<~~~>", "rank:ts_rank()", "starts:pg_catalog.starts_with()"]),
    };

    public async ValueTask InitializeAsync()
    {
        // Skipping is left to the tests, which say why.
        if (PostgresCluster.FindPrograms() is null)
        {
            return;
        }

        _cluster = await PostgresCluster.StartNewAsync();
        await _cluster.CreateDatabaseAsync("sql", Repository.File("tests", "fixtures", "fixture.sql"));
        Superuser = NpgsqlDataSource.Create(_cluster.ConnectionString("sql"));
        await using var connection = await Superuser.OpenConnectionAsync();
        _cache = SchemaCacheBuilder.Build(await CatalogReader.ReadAsync(connection, Config.DbSchemas, Config.DbExtraSearchPath, CancellationToken.None, [.. Config.Operators.All.Select(static o => o.Sql.Key)]));
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await Superuser.DisposeAsync();
            await _cluster.DisposeAsync();
        }
    }

    public RequestStatements Statements(string request, AppConfig? config = null, SchemaCache? cache = null)
    {
        var (plan, parsed) = Plan(request, config, cache);
        var snapshot = new Snapshot(config ?? Config, cache ?? Cache, FrozenDictionary<string, RoleSettings>.Empty, 150000);
        return RequestStatements.For(plan, parsed, snapshot, "anon", """{"role":"anon"}""", RowsMade.HereInUtc);
    }

    /// <param name="request">Method, target, then headers as <c>Name: value</c> lines; after an empty line the body.</param>
    public (ActionPlan Plan, ApiRequest Parsed) Plan(string request, AppConfig? config = null, SchemaCache? cache = null)
    {
        config ??= Config;
        var (head, body) = request.Split("\n\n", 2) is [var h, var b] ? (h, b) : (request, "");
        var lines = head.Split('\n');
        var (method, target) = (lines[0].Split(' ')[0], lines[0].Split(' ')[1]);
        var headers = new HeaderDictionary();
        foreach (var line in lines.Skip(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Append(line[..colon], line[(colon + 1)..].Trim());
        }

        var mark = target.IndexOf('?', StringComparison.Ordinal);
        var (path, query) = mark < 0 ? (target, "") : (target[..mark], target[(mark + 1)..]);
        var parsed = ApiRequest.Parse(new RequestHead(method, path, query, headers), Encoding.UTF8.GetBytes(body), config);
        return (Planner.Plan(parsed, cache ?? Cache, config), parsed);
    }
}
