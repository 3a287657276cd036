using System.Text.Json;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Operation;

public sealed class LogTests(OperationCluster shared)
{
    const string Secret = "a secret of at least thirty-two bytes";

    [Fact]
    public async Task An_access_line_has_the_form_of_the_contract()
    {
        await using var server = await OperatedServer.StartAsync(await shared.GetAsync(), true, ("PGRST_LOG_LEVEL", "info"));
        await server.Process.SendAsync(new RawRequest("GET", "/items?id=eq.1&select=id")
            .WithHeader("Referer", "http://r/").WithHeader("User-Agent", "test \"agent\""));
        await server.UntilLoggedAsync("/items?id=eq.1&select=id");
        var line = server.Process.Output.Split('\n').Single(l => l.Contains("/items?id=eq.1", StringComparison.Ordinal));
        Assert.Matches(
            "^127\\.0\\.0\\.1 - visitor \\[\\d\\d/[A-Z][a-z]{2}/\\d{4}:\\d\\d:\\d\\d:\\d\\d [+-]\\d{4}\\] "
            + "\"GET /items\\?id=eq\\.1&select=id HTTP/1\\.1\" 200 10 \"http://r/\" \"test \\\\\"agent\\\\\"\"\r?$", line);
        await server.Process.SendAsync(new("HEAD", "/items?id=eq.2"));
        await server.UntilLoggedAsync("\"HEAD /items?id=eq.2 HTTP/1.1\" 200 - \"\" \"\"");
    }

    [Theory]
    [InlineData("crit", false, false)]
    [InlineData("warn", true, false)]
    [InlineData("info", true, true)]
    public async Task The_level_decides_which_requests_are_logged(string level, bool refused, bool served)
    {
        await using var server = await OperatedServer.StartAsync(await shared.GetAsync(), true, ("PGRST_LOG_LEVEL", level));
        Assert.Equal(404, (await server.GetAsync("/nothing?select=id")).Status);
        Assert.Equal(200, (await server.GetAsync("/items?id=eq.17")).Status);
        await server.Process.StopAsync();
        Assert.Equal(refused, server.Process.Output.Contains("\"GET /nothing?select=id HTTP/1.1\" 404", StringComparison.Ordinal));
        Assert.Equal(served, server.Process.Output.Contains("\"GET /items?id=eq.17 HTTP/1.1\" 200", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_SQL_of_a_request_is_logged_on_one_line_without_values()
    {
        await using var server = await OperatedServer.StartAsync(
            await shared.GetAsync(), true, ("PGRST_LOG_LEVEL", "info"), ("PGRST_LOG_QUERY", "true"));
        await server.GetAsync("/items?name=eq.confidential&select=id");
        await server.UntilLoggedAsync("\"items\"");
        var sql = server.Process.Output.Split('\n').Where(l => l.Contains(": ", StringComparison.Ordinal) && l.Contains("SELECT ", StringComparison.Ordinal)).ToArray();
        Assert.Contains(sql, l => l.Contains("\"items\"", StringComparison.Ordinal) && l.Contains("$1", StringComparison.Ordinal));
        Assert.DoesNotContain(sql, l => l.Contains("confidential", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_secret_and_no_token_is_ever_written()
    {
        var cluster = await shared.GetAsync();
        await using var server = await OperatedServer.StartAsync(
            cluster, true, ("PGRST_LOG_LEVEL", "debug"), ("PGRST_LOG_QUERY", "true"), ("PGRST_JWT_SECRET", Secret),
            ("PGRST_DB_URI", $"postgresql://authenticator:hunter2@127.0.0.1:{cluster.Port}/{OperationCluster.Database}"));
        await server.Process.SendAsync(new RawRequest("GET", "/items?limit=1").WithHeader("Authorization", "Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2ln"));
        await server.Process.SendAsync(new RawRequest("GET", "/items?limit=1").WithHeader("Cookie", "session=tok3n"));
        await server.UntilLoggedAsync("/items?limit=1");
        await server.Process.StopAsync();
        foreach (var secret in (string[])["hunter2", Secret, "eyJhbGci", "c2ln", "tok3n"])
        {
            Assert.DoesNotContain(secret, server.Process.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("debug", true)]
    [InlineData("info", false)]
    public async Task The_pool_and_the_catalog_queries_are_only_told_of_at_level_debug(string level, bool told)
    {
        await using var server = await OperatedServer.StartAsync(await shared.GetAsync(), true, ("PGRST_LOG_LEVEL", level));
        await server.GetAsync("/items?id=eq.4");
        await server.Process.StopAsync();
        foreach (var line in (string[])[
            "Trying to borrow a connection from pool", "Borrowed a connection from the pool", "Database connection pool flushed",
            "Connection [0-9a-f-]{36} is available due to connection establishment", "Connection [0-9a-f-]{36} is used",
            "Connection [0-9a-f-]{36} is available due to session success",
            "Schema cache query timings: tables [0-9.]+ ms, keydeps [0-9.]+ ms, rels [0-9.]+ ms, funcs [0-9.]+ ms, comprels [0-9.]+ ms, dreps [0-9.]+ ms, mhandlers [0-9.]+ ms"])
        {
            Assert.Equal(told, System.Text.RegularExpressions.Regex.IsMatch(server.Process.Output, $" [+-]\\d{{4}}: {line}\r?\n"));
        }
    }

    [Fact]
    public async Task Every_line_is_a_JSON_object_where_that_is_asked_for()
    {
        await using var server = await OperatedServer.StartAsync(await shared.GetAsync(), true, ("PGRST_LOG_LEVEL", "info"), ("AUTOREST_LOG_FORMAT", "json"));
        await server.GetAsync("/items?id=eq.3&select=id");
        await server.UntilLoggedAsync("/items?id=eq.3");
        await server.Process.StopAsync();
        var lines = server.Process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToArray();
        Assert.All(lines, l => Assert.True(l.GetProperty("time").GetDateTimeOffset() > DateTimeOffset.Now.AddMinutes(-5)));
        Assert.Contains(lines, l => l.TryGetProperty("message", out var m) && m.GetString()!.StartsWith("API server listening", StringComparison.Ordinal));
        var access = lines.Single(l => l.TryGetProperty("target", out var t) && t.GetString() == "/items?id=eq.3&select=id");
        Assert.Equal(("visitor", 200, 10), (access.GetProperty("role").GetString(), access.GetProperty("status").GetInt32(), access.GetProperty("bytes").GetInt32()));
    }
}
