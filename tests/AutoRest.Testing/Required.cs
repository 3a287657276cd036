using Xunit;

namespace AutoRest.Testing;

/// <summary>
/// What a test needs and a machine may lack. Missing on a laptop: the test is skipped with the reason. Missing where the variable
/// <c>CI</c> is set: the test fails, because there a skipped test is one that nobody runs. Call these in a test, not in a fixture's
/// initialization, where a skip counts as a failure.
/// </summary>
public static class Required
{
    public static bool IsCI => Environment.GetEnvironmentVariable("CI") is { Length: > 0 } value && value is not ("false" or "0");

    /// <summary>PostgreSQL's server programs and psql.</summary>
    public static void PostgreSql()
    {
        That(PostgresCluster.FindPrograms() is not null,
            "PostgreSQL's programs (initdb, pg_ctl, psql) are not installed: install postgresql or set AUTOREST_PG_BIN");
    }

    public static void PgBouncer() => Tool("pgbouncer");

    /// <summary>A PgBouncer that keeps prepared statements; gives its path.</summary>
    public static async Task<string> PreparingPgBouncerAsync()
    {
        var program = await Testing.PgBouncer.FindPreparingAsync();
        That(program is not null, "PgBouncer 1.21 or later is not installed: tools/build-debian-sources.sh pgbouncer");
        return program!;
    }

    /// <summary>The server's native executable, made of the sources as they are; gives its path.</summary>
    public static string NativeServer()
    {
        const string Make = "tools/publish-server.sh native";
        var path = Repository.File("artifacts", "native", "autorest-server");
        That(File.Exists(path), $"the server's native executable is not built: {Make}");
        var made = File.GetLastWriteTimeUtc(path);
        var obj = $"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}";
        var newer = Directory.EnumerateFiles(Repository.File("src"), "*.cs", SearchOption.AllDirectories)
            .FirstOrDefault(source => !source.Contains(obj, StringComparison.Ordinal) && File.GetLastWriteTimeUtc(source) > made);
        That(newer is null, $"the server's native executable is older than {newer}: {Make}");
        return path;
    }

    /// <summary>A program of <c>PATH</c>; gives its full path.</summary>
    public static string Tool(string program)
    {
        var path = Command.Find(program);
        That(path is not null, $"{program} is not installed");
        return path!;
    }

    /// <summary>Anything else a test needs.</summary>
    public static void That(bool present, string reason)
    {
        if (present)
        {
            return;
        }
        if (IsCI)
        {
            Assert.Fail(reason);
        }
        Assert.Skip(reason);
    }
}
