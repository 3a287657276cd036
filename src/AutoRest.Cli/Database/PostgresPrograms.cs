using AutoRest.Cli.Processes;

namespace AutoRest.Cli.Database;

/// <summary>PostgreSQL's client programs: <c>pg_dump</c>, <c>pg_restore</c>, <c>psql</c> and their like.</summary>
static class PostgresPrograms
{
    /// <summary>Finds one: beside the stack's own server, else wherever PostgreSQL may be installed, newest first.</summary>
    /// <param name="name">Without <c>.exe</c>.</param>
    /// <param name="cluster">Major version of the server it is for, when it is ours: dumps of a newer server are refused by older programs.</param>
    public static string? TryFind(string name, int? cluster = null)
    {
        var project = Project.Find();
        var given = Environment.GetEnvironmentVariable(PostgresBinaries.Variable);
        var beside = cluster is null ? null : PostgresBinaries.Find(project, given, cluster, OsAccount.ForDatabase()).Folder;
        return new[] { beside, given }.OfType<string>().Concat(PostgresBinaries.Candidates(project.Root))
            .Select(folder => Path.Combine(folder, Executables.FileName(name))).FirstOrDefault(File.Exists);
    }

    /// <exception cref="CliError">It is not installed.</exception>
    public static string Find(string name, int? cluster = null) => TryFind(name, cluster)
        ?? throw new CliError($"{name} was not found: install PostgreSQL's client programs (Debian: `apt-get install postgresql-client`), or set {PostgresBinaries.Variable} to their folder.");

    /// <summary>Finds one for a database: of the stack's own version, when it is the stack's.</summary>
    public static string Find(string name, DatabaseTarget target, DataFolder data) => Find(name, target.Stack is null ? null : PostgresCluster.ExistingVersion(data));
}
