using AutoRest.Cli.Backups;
using AutoRest.Cli.Database;

namespace AutoRest.Cli.Tests;

/// <summary>A real cluster, brought back to a moment before everything was deleted.</summary>
[Collection("processes")]
public sealed class PointInTimeTests : IAsyncLifetime
{
    readonly Tool _tool = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _tool.DisposeAsync();

    async Task<object?> Scalar(string sql)
    {
        await using var connection = await _tool.Connect("postgres", "postgres", _tool.Secrets.PostgresPassword);
        return await Tool.Scalar(connection, sql);
    }

    async Task Up(params string[] more) => await _tool.Succeed(["up", "--detach", "--database-only", "--no-pooler", .. more]);

    [Fact]
    public async Task What_was_there_at_the_moment_is_there_again()
    {
        await Up("--archive");
        await Scalar("CREATE TABLE api.letters (letter text); INSERT INTO api.letters VALUES ('A')");
        await _tool.Succeed("backup", "--base");
        await Scalar("INSERT INTO api.letters VALUES ('B')");
        var moment = (string)(await Scalar("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"))!;
        await Task.Delay(50);
        await Scalar("DELETE FROM api.letters; DROP TABLE api.todos CASCADE");

        // A moment before the base backup is refused while everything runs on.
        var early = await _tool.Run("restore", "--to", "2020-01-01 00:00:00Z", "--yes");
        Assert.Equal(1, early.ExitCode);
        Assert.Contains("choose a moment after that", early.Sentence, StringComparison.Ordinal);
        var refused = await _tool.Run("restore", "--to", moment);
        Assert.Contains("say --yes if that is meant", refused.Sentence, StringComparison.Ordinal);
        Assert.Equal(0L, await Scalar("SELECT count(*) FROM api.letters"));

        var said = await _tool.Succeed("restore", "--to", moment, "--yes");

        Assert.Contains("The cluster that was in use before is kept in ", said, StringComparison.Ordinal);
        await Up();
        Assert.Equal("AB", await Scalar("SELECT string_agg(letter, '' ORDER BY letter) FROM api.letters"));
        Assert.Equal(4L, await Scalar("SELECT count(*) FROM api.todos"));
        // It is an ordinary cluster again, and goes on archiving without being told.
        Assert.Equal(("on", false), (await Scalar("SHOW archive_mode"), await Scalar("SELECT pg_is_in_recovery()")));
        Assert.Equal("", await Scalar("SELECT current_setting('recovery_target_time')"));

        // To the end of the log, also that of after the first restore; the former base backup will do.
        await Scalar("INSERT INTO api.letters VALUES ('C')");
        await _tool.Succeed("restore", "--to", "latest", "--yes", "--drop-old");
        await Up();
        Assert.Equal("ABC", await Scalar("SELECT string_agg(letter, '' ORDER BY letter) FROM api.letters"));

        // The cluster kept by the first restore goes with the database; the base backup stays.
        await _tool.Succeed("teardown", "--yes");
        Assert.Equal([new DataFolder(_tool.Data).Backups], Directory.GetFileSystemEntries(_tool.Data));
    }

    [Fact]
    public async Task Damaged_base_backup_changes_nothing_and_old_ones_go_with_their_log()
    {
        await Up("--archive");
        await _tool.Succeed("backup", "--base");
        await Scalar("CREATE TABLE api.filler AS SELECT generate_series(1, 1000); SELECT pg_switch_wal()");
        var folder = new DataFolder(_tool.Data);
        var first = BaseBackup.All(folder.Backups)[0];

        await _tool.Succeed("backup", "--base", "--keep", "1");

        var only = Assert.Single(BaseBackup.All(folder.Backups));
        Assert.NotEqual(first, only);
        Assert.DoesNotContain(Directory.GetFiles(folder.Wal), path => Path.GetFileName(path).Length == 24 && string.CompareOrdinal(Path.GetFileName(path), only.FirstSegment()) < 0);
        var archive = Path.Combine(only.Path, "base.tar.gz");
        var content = await File.ReadAllBytesAsync(archive);
        await File.WriteAllBytesAsync(archive, content[..^1]);

        var said = await _tool.Run("restore", "--to", "latest", "--yes");

        Assert.Equal(1, said.ExitCode);
        Assert.Contains("base.tar.gz is damaged", said.Sentence, StringComparison.Ordinal);
        Assert.Equal([folder.Cluster], Directory.GetDirectories(_tool.Data, "pg*").Where(path => path != folder.PgBouncer));
        await Up();
        Assert.Equal(1000L, await Scalar("SELECT count(*) FROM api.filler"));
    }

    [Fact]
    public async Task Base_backup_without_archiving_is_refused()
    {
        await Up();

        var said = await _tool.Run("backup", "--base");

        Assert.Equal(1, said.ExitCode);
        Assert.Contains("`autorest up --archive`", said.Sentence, StringComparison.Ordinal);
    }
}

/// <summary>The parts that need no cluster.</summary>
public sealed class PointInTimePartsTests
{
    static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1u, "0/2000028", "000000010000000000000002")]
    [InlineData(10u, "1A/FF000000", "0000000A0000001A000000FF")]
    public void Log_file_of_a_position(uint timeline, string position, string name) => Assert.Equal(name, BaseBackup.Segment(timeline, position));

    [Theory]
    [InlineData("yesterday", "is no moment")]
    [InlineData("2026-05-01T12:00:01Z", "has not come yet")]
    public void Moment_that_cannot_be_is_refused(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<CliError>(() => PointInTimeRestore.Moment(text, Now)).Message, StringComparison.Ordinal);

    [Fact]
    public void Moment_is_read()
    {
        Assert.Equal(Now, PointInTimeRestore.Moment("2026-05-01 14:00:00+02", Now));
        Assert.Null(PointInTimeRestore.Moment("latest", Now));
    }

    [Fact]
    public void Paths_with_quotes_and_percent_signs_are_safe_in_commands()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "another shell there");
        Assert.StartsWith("to='/a'\\''b/50%%'/%f; ", WalArchive.ArchiveCommand("/a'b/50%"), StringComparison.Ordinal);
    }
}
