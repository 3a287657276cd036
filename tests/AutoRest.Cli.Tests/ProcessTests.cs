using System.Diagnostics;
using AutoRest.Cli.Processes;

namespace AutoRest.Cli.Tests;

public sealed class ProcessTests : IDisposable
{
    readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Process_is_recognised_while_it_runs_and_not_afterwards()
    {
        using var process = Process.Start("sleep", "60");
        var identity = ProcessIdentity.Of(process.Id)!;

        Assert.True(identity.IsAlive);
        Assert.Equal(identity, ProcessIdentity.Of(process.Id));
        // The number is in use again, by somebody else.
        Assert.False((identity with { Started = "0@00000000" }).IsAlive);

        process.Kill();
        await process.WaitForExitAsync();
        Assert.False(identity.IsAlive);
        Assert.Null(ProcessIdentity.Of(process.Id));
    }

    [Theory]
    [InlineData("1 (a b) c) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4711 0 0", "4711")]
    [InlineData("1 (zombie) Z 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 4711 0 0", null)]
    [InlineData("1 (short) S 1", null)]
    public void Start_time_is_read_from_the_kernels_line(string stat, string? expected) => Assert.Equal(expected, ProcessIdentity.FromStat(stat));

    [Fact]
    public void State_file_is_read_as_it_was_written()
    {
        var state = State() with { Phase = Phase.Failed, Error = "e", ErrorLog = ["l"] };
        state.Write(_temp.In("state.json"));

        var read = StackState.Read(_temp.In("state.json"))!;

        Assert.Equal(state.Supervisor, read.Supervisor);
        Assert.Equal(state.Components.Single(), read.Components.Single());
        Assert.Equal((Phase.Failed, "e", "l"), (read.Phase, read.Error, read.ErrorLog!.Single()));
        Assert.Equal(state.Urls, read.Urls);
        Assert.True(read.IsRunning);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    public void Unreadable_state_file_is_none(string text) => Assert.Null(StackState.Read(_temp.Write("state.json", text)));

    [Fact]
    public void Missing_state_file_is_none() => Assert.Null(StackState.Read(_temp.In("no", "state.json")));

    static StackState State() => new(
        Phase.Ready, ProcessIdentity.Current, DateTimeOffset.UtcNow, "/p", "/s", new StackUrls("a", "b", "c"), "d", null,
        [new ComponentState("postgres", "PostgreSQL", "127.0.0.1:1", Health.Healthy, "", ProcessIdentity.Current, 2, "/l")]);

    [Fact]
    public void Log_tail_starts_where_this_run_started()
    {
        var log = _temp.Write("a.log", "old\n");
        var from = LogTail.Length(log);
        File.AppendAllText(log, "\n" + string.Join('\n', Enumerable.Range(1, 20)) + "\n");

        Assert.Equal(["18", "19", "20"], LogTail.Read(log, from, lines: 3));
        Assert.DoesNotContain("old", LogTail.Read(log, from, lines: 100));
        Assert.Contains("old", LogTail.Read(log, 0, lines: 100));
        Assert.Empty(LogTail.Read(_temp.In("none")));
    }

    [Fact]
    public void Roots_database_account_is_postgres_else_nobody()
    {
        Assert.Equal(new OsAccount("postgres", 101, 104), OsAccount.FromPasswd(["root:x:0:0::/:/bin/sh", "nobody:x:65534:65534::/:", "postgres:x:101:104:,,,:/var:/bin/bash"]));
        Assert.Equal(new OsAccount("nobody", 65534, 65533), OsAccount.FromPasswd(["nobody:x:65534:65533::/:"]));
        Assert.Contains("refuses to run as root", Assert.Throws<CliError>(() => OsAccount.FromPasswd(["root:x:0:0::/:/bin/sh", "postgres:x:0:0::/:"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Project_is_found_above_the_tool() => Assert.True(File.Exists(Path.Combine(Project.Find().Root, "setup.sh")));

    [Fact]
    public void Programs_are_looked_for_beside_the_tool_then_in_its_own_configuration()
    {
        var project = new Project("/p");

        Assert.Equal("/p/artifacts/server/autorest-server.dll", project.ProgramCandidates("/p/artifacts/cli/", "autorest-server", "src/AutoRest.Server").ElementAt(1));
        var debug = project.ProgramCandidates("/p/src/AutoRest.Cli/bin/Debug/net10.0/", "autorest-server", "src/AutoRest.Server").ToList();
        Assert.True(debug.IndexOf("/p/src/AutoRest.Server/bin/Debug/net10.0/autorest-server.dll") < debug.IndexOf("/p/src/AutoRest.Server/bin/Release/net10.0/autorest-server.dll"));
    }

    [Theory]
    [InlineData("PGHOST", true)]
    [InlineData("PGSSLMODE", true)]
    [InlineData("PGRST_DB_URI", false)]
    [InlineData("PATH", false)]
    public void Libpq_variables_are_kept_from_the_server(string variable, bool kept) => Assert.Equal(kept, ApiServer.IsLibpq(variable));

    [Fact]
    public void First_steps_are_three_requests_with_the_token()
    {
        var lines = Summary.FirstSteps("http://api.localhost:1", "TOK").ToList();

        Assert.Contains("  TOKEN=TOK", lines);
        Assert.Equal(3, lines.Count(line => line.StartsWith("  curl ", StringComparison.Ordinal) && line.Contains("'http://api.localhost:1/todos", StringComparison.Ordinal)));
    }
}
