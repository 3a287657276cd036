using System.Text.Json;
using AutoRest.Cli.Backups;
using Npgsql;

namespace AutoRest.Cli.Tests;

/// <summary>Backup, damage, restore, on a real stack with a pooler.</summary>
[Collection("processes")]
public sealed class BackupTests(BackupTests.Database database) : IClassFixture<BackupTests.Database>
{
    readonly Tool _tool = database.Tool;

    /// <summary>One stack for all of them; every test begins with the rows of <c>postgres/init</c>.</summary>
    public sealed class Database : IAsyncLifetime
    {
        internal Tool Tool { get; } = new();

        public async ValueTask InitializeAsync() => await Tool.Succeed("up", "--detach", "--database-only");

        public ValueTask DisposeAsync() => Tool.DisposeAsync();
    }

    async Task<object?> Scalar(string sql)
    {
        await using var connection = await _tool.Connect("postgres", "postgres", _tool.Secrets.PostgresPassword);
        return await Tool.Scalar(connection, sql);
    }

    Task<object?> Todos() => Scalar("SELECT count(*) FROM api.todos");

    Task<object?> Databases() => Scalar("SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE datname LIKE 'autorest%'");

    string Folder() => Directory.CreateDirectory(_tool.Temp.In("backups", Guid.NewGuid().ToString("n"))).FullName;

    async Task<string> Backup(string folder, params string[] more)
    {
        using var made = JsonDocument.Parse(await _tool.Succeed(["backup", "--json", "--folder", folder, .. more]));
        return made.RootElement[0].GetProperty("file").GetString()!;
    }

    async Task Fresh() => await _tool.Succeed("reset", "--yes", "--no-backup");

    [Fact]
    public async Task Lost_rows_come_back_with_rights_settings_and_policies()
    {
        await Fresh();
        await Scalar("ALTER DATABASE autorest SET search_path = api, \"$user\", public; ALTER ROLE web_user IN DATABASE autorest SET statement_timeout = '7s'; ALTER DATABASE autorest SET app.name = 'a ''b'''");
        var rights = await Scalar("SELECT datacl::text FROM pg_database WHERE datname = 'autorest'");
        var settings = await Scalar("SELECT string_agg(setrole || setconfig::text, ' ' ORDER BY setrole) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = setdatabase WHERE datname = 'autorest'");
        var file = await Backup(Folder());
        await Scalar("DROP TABLE api.todos CASCADE");

        var said = await _tool.Succeed("restore", file, "--yes");

        Assert.Equal(4L, await Todos());
        Assert.Equal(4L, await Scalar("SELECT count(*) FROM pg_policies WHERE tablename = 'todos'"));
        Assert.Equal(rights, await Scalar("SELECT datacl::text FROM pg_database WHERE datname = 'autorest'"));
        Assert.Equal(settings, await Scalar("SELECT string_agg(setrole || setconfig::text, ' ' ORDER BY setrole) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = setdatabase WHERE datname = 'autorest'"));
        // The pooler serves the new database, and the old one is kept and dropped as printed.
        await using (var pooled = await _tool.Connect((await _tool.Status()).GetProperty("poolerUrl").GetString() is null ? "postgres" : "pgbouncer", "authenticator", _tool.Secrets.AuthenticatorPassword))
        {
            Assert.Equal("autorest", await Tool.Scalar(pooled, "SELECT current_database()"));
        }

        var drop = System.Text.RegularExpressions.Regex.Match(said, "psql -d postgres -c '(DROP DATABASE \"autorest_before_[^\"]+\")'").Groups[1].Value;
        await _tool.Succeed("psql", "-d", "postgres", "-c", drop);
        Assert.Equal("autorest", await Databases());
    }

    [Fact]
    public async Task Backup_is_private_named_by_time_and_checked_by_sha256sum()
    {
        var folder = Folder();

        var file = await Backup(folder);

        Assert.Matches(@"/autorest-\d{8}T\d{6}\.\d{3}Z\.dump$", file);
        Assert.Equal([Path.GetFileName(file), Path.GetFileName(file) + ".sha256"], Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(Directory.GetFiles(folder), path => Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(path) == (UnixFileMode.UserRead | UnixFileMode.UserWrite), path));

        using var check = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("sha256sum", ["-c", file + ".sha256"]) { WorkingDirectory = folder, RedirectStandardOutput = true })!;
        await check.WaitForExitAsync();
        Assert.Equal(0, check.ExitCode);
        Assert.Contains(file, await _tool.Succeed("backup", "--list", "--folder", folder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("truncated", false, "is damaged: it is not what its checksum says")]
    [InlineData("flipped", false, "is damaged: it is not what its checksum says")]
    [InlineData("unchecked", false, "has no checksum beside it")]
    [InlineData("garbage", true, "is no backup that pg_restore can read")]
    [InlineData("truncated", true, "could not be restored. Nothing was changed")]
    [InlineData("missing", false, "There is no backup")]
    public async Task Bad_file_is_refused_and_nothing_is_lost(string damage, bool acceptWithoutChecksum, string reason)
    {
        await Fresh();
        var file = await Backup(Folder());
        var content = await File.ReadAllBytesAsync(file);
        switch (damage)
        {
            case "truncated":
                // The list at its beginning is whole, the rows at its end are not.
                await File.WriteAllBytesAsync(file, content[..^40]);
                break;
            case "flipped":
                content[^100] ^= 1;
                await File.WriteAllBytesAsync(file, content);
                break;
            case "garbage":
                await File.WriteAllTextAsync(file, "no dump");
                break;
            case "missing":
                File.Delete(file);
                break;
        }

        if (acceptWithoutChecksum || damage == "unchecked")
        {
            File.Delete(file + ".sha256");
        }

        await Scalar("UPDATE api.todos SET task = 'after the backup'");
        var before = await Databases();

        var said = await _tool.Run(["restore", file, "--yes", .. acceptWithoutChecksum ? (string[])["--no-checksum"] : []]);

        Assert.Equal(1, said.ExitCode);
        Assert.Contains(reason, said.Sentence, StringComparison.Ordinal);
        Assert.Equal(before, await Databases());
        Assert.Equal(4L, await Scalar("SELECT count(*) FROM api.todos WHERE task = 'after the backup'"));
    }

    [Fact]
    public async Task Newest_backup_is_restored_when_none_is_named_and_the_old_database_can_be_dropped()
    {
        await Fresh();
        var folder = Folder();
        await Scalar("DELETE FROM api.todos WHERE owner = 'bob'");
        await Backup(folder);
        await Scalar("DELETE FROM api.todos");
        var before = await Databases();

        await _tool.Succeed("restore", "--folder", folder, "--yes", "--drop-old");

        Assert.Equal(3L, await Todos());
        Assert.Equal(before, await Databases());
    }

    [Fact]
    public async Task Clients_that_stay_connected_do_not_stop_a_restore()
    {
        await Fresh();
        var file = await Backup(Folder());
        await using var busy = await _tool.Connect("postgres", "postgres", _tool.Secrets.PostgresPassword);
        await Tool.Scalar(busy, "BEGIN; DELETE FROM api.todos; SELECT 1");

        await _tool.Succeed("restore", file, "--yes", "--drop-old");

        Assert.Equal(4L, await Todos());
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => Tool.Scalar(busy, "COMMIT"));
    }

    [Fact]
    public async Task Only_the_newest_are_kept_and_strangers_stay()
    {
        var folder = Folder();
        var stranger = Path.Combine(folder, "autorest-mine.dump");
        await File.WriteAllTextAsync(stranger, "");
        var first = await Backup(folder);
        var second = await Backup(folder, "--keep", "2");
        Assert.True(File.Exists(first));

        var third = await Backup(folder, "--keep", "2");

        Assert.Equal([third, second], BackupFile.In(folder, "autorest").Select(file => file.Path));
        Assert.False(File.Exists(first) || File.Exists(first + ".sha256"));
        Assert.True(File.Exists(stranger));
        Assert.Equal(1, (await _tool.Run("backup", "--folder", folder, "--keep", "0")).ExitCode);
    }

    [Fact]
    public async Task Failed_backup_leaves_nothing_behind()
    {
        var folder = Folder();

        var said = await _tool.Run("backup", "--folder", folder, "--db-uri", $"postgresql://authenticator:{_tool.Secrets.AuthenticatorPassword}@{(await _tool.Component("postgres")).GetProperty("address").GetString()}/autorest");

        Assert.Equal(1, said.ExitCode);
        Assert.Contains("pg_dump could not back up", said.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain(_tool.Secrets.AuthenticatorPassword, said.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Theory]
    [InlineData("restore", "is replaced by")]
    [InlineData("reset", "is deleted after a backup")]
    public async Task Nothing_is_asked_where_nobody_can_answer(string verb, string what)
    {
        var folder = Folder();
        await Backup(folder);

        var said = await _tool.Run(verb, "--folder", folder);

        Assert.Equal(1, said.ExitCode);
        Assert.Contains(what, said.Sentence, StringComparison.Ordinal);
        Assert.EndsWith("There is no terminal to ask in: say --yes if that is meant.", said.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reset_makes_the_database_anew_after_a_backup_that_brings_it_back()
    {
        await Fresh();
        await Scalar("CREATE TABLE api.mine (a int); INSERT INTO api.mine VALUES (7); DELETE FROM api.todos");
        var folder = Folder();
        var before = await Databases();

        await _tool.Succeed("reset", "--yes", "--folder", folder);

        Assert.Equal(4L, await Todos());
        Assert.Equal(DBNull.Value, await Scalar("SELECT to_regclass('api.mine')::text"));
        Assert.Equal(before, await Databases());
        Assert.Equal(0, (await _tool.Run("doctor")).ExitCode);
        await _tool.Succeed("restore", "--yes", "--drop-old", "--folder", folder);
        Assert.Equal(7, await Scalar("SELECT a FROM api.mine"));
    }

    [Fact]
    public async Task Psql_passes_arguments_and_exit_code_through()
    {
        Assert.Equal("postgres|autorest\n", await _tool.Succeed("psql", "-X", "-At", "-c", "SELECT current_user, current_database()"));
        Assert.Equal("web_user\n", await _tool.Succeed("psql", "--role", "web_user", "-X", "-At", "-c", "SELECT current_user"));
        Assert.Equal("template1\n", await _tool.Succeed("psql", "-XAt", "-d", "template1", "-c", "SELECT current_database()"));
        Assert.Equal(3, (await _tool.Run("psql", "-X", "-v", "ON_ERROR_STOP=1", "-f", _tool.Temp.Write("bad.sql", "SELECT nothing;"))).ExitCode);
        Assert.Equal(2, (await _tool.Run("psql", "-X", "-d", "nothing", "-c", "SELECT 1")).ExitCode);
    }
}
