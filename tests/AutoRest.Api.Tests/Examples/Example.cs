using AutoRest.Api.Tests.Docs;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Examples;

/// <summary>A folder of <c>examples/</c>: its SQL, its settings, its README.</summary>
sealed class Example
{
    public const string Secret = "the-jwt-secret-of-the-examples-0123456789";

    public static readonly IReadOnlyDictionary<string, string> NoSettings = new Dictionary<string, string>();

    readonly string _name;

    Example(string name)
    {
        _name = name;
        var file = Repository.File("examples", name, "settings.env");
        Settings = File.Exists(file)
            ? File.ReadAllLines(file).Where(static l => l.Length > 0 && l[0] != '#').Select(static l => l.Split('=', 2)).ToDictionary(static l => l[0], static l => l[1].Trim('\''))
            : NoSettings;
    }

    /// <summary>What <c>settings.env</c> sets.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>The proxy's settings, for the example that has tenants by host name.</summary>
    public string? Tenants => Repository.File("examples", _name, "proxy.json") is var file && File.Exists(file) ? file : null;

    /// <summary>What is in the database before a server with these settings starts: a pre-request function that is missing fails every request.</summary>
    public IEnumerable<string> First => Settings.ContainsKey("PGRST_DB_PRE_REQUEST") ? [Repository.File("examples", _name, "schema.sql")] : [];

    /// <summary>The example a page belongs to, or null.</summary>
    public static Example? Of(string page) => page.Split('/') is ["examples", var name, ..] ? new(name) : null;

    /// <summary>PgBouncer, for the example that is about it.</summary>
    public async Task<PgBouncer?> StartPoolerAsync(PostgresCluster cluster) =>
        _name == "pooling"
            ? await PgBouncer.StartNewAsync(await Required.PreparingPgBouncerAsync(), cluster,
                new Dictionary<string, string> { ["max_prepared_statements"] = "200", ["default_pool_size"] = "2" })
            : null;

    public static async Task RequireVectorAsync(PostgresCluster cluster) =>
        Required.That(await cluster.QueryAsync("select 1 from pg_available_extensions where name = 'vector'") != "",
            "pgvector is not installed: tools/build-debian-sources.sh pgvector");

    /// <summary>A database of the stack with the example in it.</summary>
    public static async Task CreateDatabaseAsync(PostgresCluster cluster, string database, string name) =>
        await cluster.CreateDatabaseAsync(database,
            [.. DocSession.InitialFiles, Repository.File("examples", name, "schema.sql")]);

    /// <summary>A server on a database of the example, with its settings, plans and aggregates allowed.</summary>
    public static async Task<ServerProcess> StartServerAsync(PostgresCluster cluster, string database, string name, PgBouncer? pooler = null)
    {
        var settings = new Dictionary<string, string>(Of($"examples/{name}/")!.Settings)
        {
            ["PGRST_DB_ANON_ROLE"] = "api_anon",
            ["PGRST_JWT_SECRET"] = Secret,
            ["PGRST_DB_PLAN_ENABLED"] = "true",
            ["PGRST_DB_AGGREGATES_ENABLED"] = "true",
            ["AUTOREST_DB_LISTEN_URI"] = cluster.Uri(database),
        };
        settings.TryAdd("PGRST_DB_SCHEMAS", "api");
        return await ServerProcess.StartAsync(pooler?.Uri(database) ?? cluster.Uri(database), settings);
    }
}
