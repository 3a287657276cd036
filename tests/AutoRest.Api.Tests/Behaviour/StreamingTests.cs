using System.Diagnostics;
using System.Globalization;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Behaviour;

/// <summary>Results larger than memory should hold.</summary>
public sealed class StreamingTests(StreamingTests.Fixture fixture, ITestOutputHelper output) : IClassFixture<StreamingTests.Fixture>
{
    const int Rows = 300_000;

    [Fact]
    public async Task Three_hundred_megabytes_to_a_slow_reader_take_little_memory()
    {
        const long Allowed = 64 * 1024;
        // A server of its own: what earlier tests left in memory is not this one's.
        await using var server = await fixture.FreshServerAsync();
        for (var i = 0; i < 6; i++)
        {
            await server.SendAsync(Api.Get("/big?limit=2000"));
        }
        await File.WriteAllTextAsync($"/proc/{server.ProcessId}/clear_refs", "5");
        var before = Resident(server, "VmRSS");

        using var client = await SlowClient.SendAsync(server.Port, Api.Get("/big").Prefer("count=exact"));
        await client.ReadAsync();
        await Task.Delay(1_000);
        for (var pauses = 0; await client.ReadAsync() && !client.End.EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal);)
        {
            // Slow at first, then as fast as it goes: the test has not all day.
            if (pauses++ < 100)
            {
                await Task.Delay(10);
            }
        }

        var grown = Resident(server, "VmHWM") - before;
        output.WriteLine($"{client.Read / 1024 / 1024} MiB read, resident set grown by {grown} KiB from {before} KiB");
        Assert.EndsWith("]\r\n0\r\n\r\n", client.End, StringComparison.Ordinal);
        Assert.True(client.Read > Rows * 1000L, $"{client.Read} bytes");
        Assert.Contains($"Content-Range: 0-{Rows - 1}/{Rows}\r\n", client.Start, StringComparison.OrdinalIgnoreCase);
        Assert.True(grown < Allowed, $"the resident set grew by {grown} KiB");
    }

    [Fact]
    public async Task The_first_byte_comes_before_the_last_row_is_made()
    {
        var server = await fixture.ServerAsync();
        var clock = Stopwatch.StartNew();
        using var client = await SlowClient.SendAsync(server.Port, Api.Get("/slow"));
        Assert.True(await client.ReadAsync());
        var first = clock.Elapsed;
        Assert.StartsWith("HTTP/1.1 200 ", client.Start, StringComparison.Ordinal);
        Assert.True(await client.ReadToEndAsync());
        output.WriteLine($"first byte after {first.TotalMilliseconds} ms, last after {clock.ElapsedMilliseconds} ms");
        Assert.True(clock.Elapsed - first > TimeSpan.FromSeconds(1.5), "the first byte came with the last");
    }

    [Theory]
    [InlineData("/big?limit=2500&offset=10", "10-2509/300000", 206)]
    [InlineData("/big?n=lte.1500", "0-1499/1500", 200)]
    [InlineData("/big?limit=2000&offset=299000", "299000-299999/300000", 206)]
    public async Task A_streamed_page_has_the_range_of_its_rows(string path, string range, int status)
    {
        var server = await fixture.ServerAsync();
        var answer = await server.SendAsync(Api.Get(path).Prefer("count=exact"));
        Assert.Equal(status, answer.Status);
        Assert.Equal(range, answer.Header("Content-Range"));
        Assert.Equal("chunked", answer.Header("Transfer-Encoding"));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/csv")]
    [InlineData("application/x-ndjson")]
    public async Task A_late_error_cuts_the_connection(string accept)
    {
        var server = await fixture.ServerAsync();
        using var client = await SlowClient.SendAsync(server.Port, Api.Get("/late_error").WithHeader("Accept", accept));
        Assert.False(await client.ReadToEndAsync(), "a response with an error in it ended properly: " + client.End);
        Assert.True(client.Read > 1_000_000, $"only {client.Read} bytes before the error");
        await Api.UntilAsync(() => Task.FromResult(server.Output.Contains("aborted after its first byte: 22012", StringComparison.Ordinal)),
            TimeSpan.FromSeconds(5), "the line in the log");
        Assert.Equal("""[{"n":1}]""", (await server.SendAsync(Api.Get("/late_error?select=n&n=eq.1"))).Text);
    }

    [Theory]
    [InlineData("/endless", true)]
    [InlineData("/endless", false)]
    [InlineData("/sleeping", false)]
    public async Task A_client_that_leaves_stops_the_query(string path, bool reads)
    {
        var server = await fixture.ServerAsync();
        var cluster = await fixture.ClusterAsync();
        using (var client = await SlowClient.SendAsync(server.Port, Api.Get(path)))
        {
            await Api.UntilAsync(async () => await RunningAsync(cluster) == "1", TimeSpan.FromSeconds(5), "the query");
            for (var i = 0; reads && i < 100; i++)
            {
                await client.ReadAsync();
            }
            // Long enough that the server waits for this reader, not for PostgreSQL.
            await Task.Delay(500);
        }

        var took = await Api.UntilAsync(async () => await RunningAsync(cluster) == "0", TimeSpan.FromSeconds(2), "the end of the query");
        output.WriteLine($"{path}: stopped after {took.TotalMilliseconds} ms");
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("""[{"n":7}]""", (await server.SendAsync(Api.Get("/big?select=n&n=eq.7"))).Text);
        }
    }

    static Task<string> RunningAsync(PostgresCluster cluster) => cluster.QueryAsync(
        $"select count(*) from pg_stat_activity where datname = '{Fixture.Database}' and usename = 'authenticator' and state <> 'idle'");

    /// <summary>A figure of the process in KiB.</summary>
    static long Resident(ServerProcess server, string name)
    {
        var line = File.ReadLines($"/proc/{server.ProcessId}/status").First(l => l.StartsWith(name + ":", StringComparison.Ordinal));
        return long.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    public sealed class Fixture(BehaviourCluster shared) : IAsyncDisposable
    {
        public const string Database = "streaming";

        Task<PostgresCluster>? _cluster;
        Task<ServerProcess>? _server;

        public Task<PostgresCluster> ClusterAsync() => _cluster ??= shared.CreateAsync(Database, $"""
            create view api.big as select n, repeat('x', 1000) as t from generate_series(1, {Rows}) n;
            create view api.slow as select n, repeat('x', 1000) as t, (case when n = 2000 then pg_sleep(2) end)::text as s from generate_series(1, 2001) n;
            create view api.late_error as select n, 1 / (500000 - n) as q from generate_series(1, 600000) n;
            create view api.endless as select n, repeat('x', 1000) as t from generate_series(1, 1000000) n, generate_series(1, 1000) m;
            create view api.sleeping as select pg_sleep(30)::text as s;
            grant select on all tables in schema api to anon;
            """);

        public Task<ServerProcess> ServerAsync() => _server ??= FreshServerAsync();

        public async Task<ServerProcess> FreshServerAsync() =>
            await Api.StartAsync((await ClusterAsync()).Uri(Database), ("PGRST_DB_POOL", "1"), ("PGRST_DB_CHANNEL_ENABLED", "false"));

        public async ValueTask DisposeAsync()
        {
            if (_server is { IsCompletedSuccessfully: true })
            {
                await _server.Result.DisposeAsync();
            }
        }
    }
}
