using System.Collections.Immutable;
using System.Data;
using System.Reflection;
using Npgsql;

namespace AutoRest.Cli.Doctor;

/// <summary>The checks of <c>Doctor/Checks</c>: one SELECT each, whose rows are findings. Adding a check is adding a file.</summary>
/// <remarks>
/// Columns: severity, subject, message, statements that mend it. They read catalogs that every role may read, so they work as
/// the server's own login and as superuser, directly and through a pooler.
/// </remarks>
static class DatabaseChecks
{
    const string Folder = "AutoRest.Cli.Doctor.Checks.";

    /// <summary>Names of the checks, without <c>.sql</c>.</summary>
    public static ImmutableArray<string> Names { get; } =
        [.. typeof(DatabaseChecks).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && !name.EndsWith(".prelude.sql", StringComparison.Ordinal))
            .Select(name => name[Folder.Length..^".sql".Length]).Order(StringComparer.Ordinal)];

    /// <summary>Runs all of them in one read-only transaction.</summary>
    /// <param name="connection">Open.</param>
    /// <param name="login">The role the server logs in as.</param>
    /// <param name="schemas">The exposed schemas.</param>
    /// <param name="anonymous">The anonymous role, or <see langword="null"/> when every request needs a token.</param>
    public static async Task<IReadOnlyList<Finding>> Run(NpgsqlConnection connection, string login, IReadOnlyList<string> schemas, string? anonymous, CancellationToken cancel)
    {
        var findings = new List<Finding>();
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancel);
        // An empty search_path makes every name in the findings, and in the statements that mend them, come with its schema.
        await using (var settings = new NpgsqlCommand("SET TRANSACTION READ ONLY; SET LOCAL search_path = ''; SET LOCAL statement_timeout = '60s'", connection, transaction))
        {
            await settings.ExecuteNonQueryAsync(cancel);
        }

        var prelude = Read("prelude");
        foreach (var name in Names)
        {
            await using var command = new NpgsqlCommand(prelude + Read(name), connection, transaction)
            {
                Parameters = { new() { Value = login }, new() { Value = schemas.ToArray() }, new() { Value = (object?)anonymous ?? DBNull.Value } },
            };
            await using var reader = await command.ExecuteReaderAsync(cancel);
            while (await reader.ReadAsync(cancel))
            {
                findings.Add(new Finding(name, Enum.Parse<Severity>(reader.GetString(0), ignoreCase: true), reader.GetString(1), reader.GetString(2), reader.GetString(3)));
            }
        }

        return findings;
    }

    static string Read(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream($"{Folder}{name}.sql")!);
        return reader.ReadToEnd();
    }
}
