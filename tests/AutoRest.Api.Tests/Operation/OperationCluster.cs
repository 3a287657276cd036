using System.Diagnostics;
using System.Globalization;
using AutoRest.Api.Tests.Operation;
using AutoRest.Testing;

[assembly: AssemblyFixture(typeof(OperationCluster))]

namespace AutoRest.Api.Tests.Operation;

/// <summary>A PostgreSQL for the tests of operation that leave it running, with one database they share.</summary>
public sealed class OperationCluster : IAsyncDisposable
{
    public const string Database = "operation";

    const string Setup = """
        create role authenticator login noinherit;
        create role visitor;
        create role member;
        grant visitor, member to authenticator;
        create table items (id int primary key, name text);
        insert into items select n, 'item ' || n from generate_series(1, 5000) n;
        create view plenty as select n, repeat('x', 1000) as t from generate_series(1, 50000) n;
        grant select on items, plenty to visitor, member;
        create function slow(seconds float8) returns text language sql volatile as $$ select pg_sleep(seconds)::text || 'done' $$;
        """;

    readonly Lazy<Task<PostgresCluster>> _cluster = new(CreateAsync);

    /// <summary>Skips the test where PostgreSQL is not installed.</summary>
    public Task<PostgresCluster> GetAsync()
    {
        Required.PostgreSql();
        return _cluster.Value;
    }

    /// <summary>One of its own, for a test that stops it.</summary>
    public static async Task<PostgresCluster> CreateAsync()
    {
        Required.PostgreSql();
        var cluster = await PostgresCluster.StartNewAsync();
        await cluster.CreateDatabaseAsync(Database);
        await cluster.ExecuteAsync(Setup, Database);
        return cluster;
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster.IsValueCreated && _cluster.Value.IsCompletedSuccessfully)
        {
            await _cluster.Value.Result.DisposeAsync();
        }
    }
}

/// <summary>A server with an admin port, and what tests of it ask again and again.</summary>
public sealed class OperatedServer : IAsyncDisposable
{
    OperatedServer(ServerProcess process, int adminPort)
    {
        Process = process;
        AdminPort = adminPort;
    }

    public ServerProcess Process { get; }

    public int AdminPort { get; }

    public static Task<OperatedServer> StartAsync(PostgresCluster cluster, bool waitUntilReady = true, params (string Name, string Value)[] settings) =>
        StartAsync(cluster.Uri(OperationCluster.Database), waitUntilReady, settings);

    /// <param name="databaseUri">Of the database, or of a pooler in front of it.</param>
    public static async Task<OperatedServer> StartAsync(string databaseUri, bool waitUntilReady = true, params (string Name, string Value)[] settings)
    {
        var adminPort = Ports.Free();
        var all = new Dictionary<string, string>
        {
            ["PGRST_DB_ANON_ROLE"] = "visitor",
            ["PGRST_ADMIN_SERVER_PORT"] = adminPort.ToString(CultureInfo.InvariantCulture),
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        return new(await ServerProcess.StartAsync(databaseUri, all, waitUntilReady), adminPort);
    }

    public Task<RawResponse> GetAsync(string path) => Process.SendAsync(new("GET", path));

    public Task<RawResponse> AdminAsync(string path) => RawHttp.SendAsync(AdminPort, new("GET", path));

    /// <summary>Status of an admin path; 0 while nobody answers.</summary>
    public async Task<int> AdminStatusAsync(string path)
    {
        try
        {
            return (await AdminAsync(path)).Status;
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            return 0;
        }
    }

    /// <summary>The value of a sample of <c>/metrics</c>, by its name with its labels.</summary>
    public async Task<double> MetricAsync(string sample)
    {
        var line = (await AdminAsync("/metrics")).Text.Split('\n').FirstOrDefault(l => l.StartsWith(sample + " ", StringComparison.Ordinal));
        return line is null ? double.NaN : double.Parse(line[(sample.Length + 1)..], CultureInfo.InvariantCulture);
    }

    /// <summary>Waits for a condition and gives the time it took.</summary>
    public async Task<TimeSpan> UntilAsync(Func<Task<bool>> condition, string what, double seconds = 15)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed.TotalSeconds < seconds, $"{what} did not happen within {seconds} s:\n{Process.Output}");
            await Task.Delay(20);
        }

        return clock.Elapsed;
    }

    public Task<TimeSpan> UntilLoggedAsync(string text, double seconds = 15) =>
        UntilAsync(() => Task.FromResult(Process.Output.Contains(text, StringComparison.Ordinal)), $"the line \"{text}\"", seconds);

    public ValueTask DisposeAsync() => Process.DisposeAsync();
}
