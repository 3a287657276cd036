using System.Globalization;
using System.Text.Json;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Operation;

public sealed class CommandLineTests(OperationCluster shared)
{
    [Fact]
    public async Task Version_help_and_example_print_and_end_with_0()
    {
        var version = await ServerProcess.RunAsync(["+RTS", "-N2", "-RTS", "--version"]);
        Assert.Matches("^AutoRest [0-9.]+ \\(PostgREST 16\\.2 compatible\\)\n$", version.Output);
        Assert.Equal(0, version.ExitCode);

        var help = await ServerProcess.RunAsync(["--help"]);
        Assert.StartsWith("Usage:", help.Output, StringComparison.Ordinal);
        Assert.Equal(0, help.ExitCode);

        var example = await ServerProcess.RunAsync(["-e"]);
        Assert.Contains("\ndb-pool = 10\n", example.Output, StringComparison.Ordinal);
        Assert.Equal(0, example.ExitCode);
    }

    [Theory]
    [InlineData("--nonsense")]
    [InlineData("--dump-config", "--ready")]
    [InlineData("one.conf", "two.conf")]
    public async Task Wrong_arguments_show_the_usage_and_end_with_1(params string[] arguments)
    {
        var result = await ServerProcess.RunAsync(arguments);
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("Invalid ", result.Error, StringComparison.Ordinal);
        Assert.Contains("Usage:", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task A_dumped_configuration_holds_what_the_database_says_and_hides_secrets_when_asked()
    {
        var cluster = await shared.GetAsync();
        await cluster.ExecuteAsync("create role dumper login noinherit; alter role dumper set pgrst.db_max_rows = '77'");
        var settings = new Dictionary<string, string>
        {
            ["PGRST_DB_URI"] = cluster.Uri(OperationCluster.Database, "dumper"),
            ["PGRST_JWT_SECRET"] = "a secret of at least thirty-two bytes",
        };

        var full = await ServerProcess.RunAsync(["--dump-config"], settings);
        Assert.Equal(0, full.ExitCode);
        Assert.Contains("\ndb-max-rows = 77\n", full.Output, StringComparison.Ordinal);
        Assert.Contains("a secret of", full.Output, StringComparison.Ordinal);

        var redacted = await ServerProcess.RunAsync(["--dump-config=redacted"], settings);
        Assert.Contains("\ndb-max-rows = 77\n", redacted.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("a secret of", redacted.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configuration_is_dumped_without_a_database_too()
    {
        var settings = new Dictionary<string, string> { ["PGRST_DB_URI"] = $"postgresql://u@127.0.0.1:{Ports.Free()}/d" };
        var result = await ServerProcess.RunAsync(["--dump-config"], settings);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("\ndb-pool = 10\n", result.Output, StringComparison.Ordinal);
        Assert.Contains("Failed to query database settings for the config parameters.", result.Error, StringComparison.Ordinal);

        Assert.Equal(1, (await ServerProcess.RunAsync(["--dump-schema"], settings)).ExitCode);
    }

    [Fact]
    public async Task A_dumped_schema_is_the_JSON_of_the_cache()
    {
        var cluster = await shared.GetAsync();
        var result = await ServerProcess.RunAsync(
            ["--dump-schema"], new Dictionary<string, string> { ["PGRST_DB_URI"] = cluster.Uri(OperationCluster.Database) });
        using var json = JsonDocument.Parse(result.Output);
        Assert.Equal(
            ["dbTables", "dbRelationships", "dbRoutines", "dbRepresentations", "dbMediaHandlers"], json.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Contains("items", json.RootElement.GetProperty("dbTables").EnumerateArray().Select(t => t.GetProperty("name").GetString()));
        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task Ready_says_what_the_admin_server_says()
    {
        var cluster = await shared.GetAsync();
        var off = await ServerProcess.RunAsync(["--ready"]);
        Assert.Equal((1, "ERROR: Admin server is not running. Please check admin-server-port config.\n"), (off.ExitCode, off.Error));

        var port = Ports.Free();
        var settings = new Dictionary<string, string> { ["PGRST_ADMIN_SERVER_PORT"] = port.ToString(CultureInfo.InvariantCulture) };
        var refused = await ServerProcess.RunAsync(["--ready"], settings);
        Assert.Equal((1, $"ERROR: connection refused to http://127.0.0.1:{port}/ready\n"), (refused.ExitCode, refused.Error));

        await using var server = await OperatedServer.StartAsync(cluster);
        await server.UntilAsync(async () => await server.AdminStatusAsync("/ready") == 200, "/ready");
        settings["PGRST_ADMIN_SERVER_PORT"] = server.AdminPort.ToString(CultureInfo.InvariantCulture);
        var ready = await ServerProcess.RunAsync(["--ready"], settings);
        Assert.Equal((0, $"OK: http://127.0.0.1:{server.AdminPort}/ready\n"), (ready.ExitCode, ready.Output));
    }

    [Fact]
    public async Task An_invalid_configuration_ends_with_1_and_its_sentence()
    {
        var same = await ServerProcess.RunAsync([], new Dictionary<string, string> { ["PGRST_SERVER_PORT"] = "3000", ["PGRST_ADMIN_SERVER_PORT"] = "3000" });
        Assert.Equal((1, "Error in config admin-server-port cannot be the same as server-port\n"), (same.ExitCode, same.Error));
    }
}
