using System.Globalization;
using Npgsql;

namespace AutoRest.Cli.Doctor;

/// <summary>How a pooler lends its server connections.</summary>
enum PoolingMode
{
    /// <summary>No pooler: the connection is the server's own.</summary>
    None,
    Session,
    Transaction,
    Unknown,
}

/// <summary>What stands between us and PostgreSQL, found by its behaviour: asking a pooler needs rights on its console.</summary>
/// <param name="Mode">How server connections are lent.</param>
/// <param name="KeepsStatements">Whether a prepared statement survives a change of the server connection; <see langword="null"/> when it did not change.</param>
sealed record PoolerProbe(PoolingMode Mode, bool? KeepsStatements)
{
    // Idle server connections are lent last in, first out; with server_round_robin the one we had comes up within the pool's size.
    const int MostBorrowers = 8;

    /// <summary>
    /// 1. A prepared statement tells which server process we have. 2. Others borrow server connections, each in a transaction, until
    /// one of them has ours. 3. Nobody gets it: it is kept for the session. 4. Else our statement is executed on another connection,
    /// which works only if the pooler prepares it there.
    /// </summary>
    public static async Task<PoolerProbe> Run(string connectionString, CancellationToken cancel)
    {
        await using var ours = new NpgsqlConnection(connectionString);
        await ours.OpenAsync(cancel);
        var process = await Process(ours, cancel);
        // A pooler makes up its own key for cancelling: PostgreSQL's is the number of its process.
        if (process == ours.ProcessID)
        {
            return new PoolerProbe(PoolingMode.None, true);
        }

        // A statement with an answer of its own: another's of the same name, left behind on a connection, would answer too.
        var own = Guid.NewGuid();
        await using var prepared = new NpgsqlCommand($"SELECT pg_backend_pid() || ' {own}' /* autorest doctor */", ours) { CommandTimeout = 5 };
        var borrowers = new List<NpgsqlConnection>();
        try
        {
            // A transaction keeps the connection: outside of one it could go to somebody else as soon as the statement is prepared there.
            await Execute("BEGIN READ ONLY", ours, cancel);
            await prepared.PrepareAsync(cancel);
            process = await Answer(prepared, own, cancel) ?? process;
            await Execute("COMMIT", ours, cancel);
            for (var i = 0; i < MostBorrowers; i++)
            {
                var borrower = new NpgsqlConnection(connectionString);
                borrowers.Add(borrower);
                await borrower.OpenAsync(cancel);
                await Execute("BEGIN READ ONLY", borrower, cancel);
                if (await Process(borrower, cancel) == process)
                {
                    return new PoolerProbe(PoolingMode.Transaction, await Survives(prepared, own, borrower, cancel));
                }
            }

            return new PoolerProbe(PoolingMode.Session, null);
        }
        catch (Exception e) when (e is TimeoutException or NpgsqlException { InnerException: TimeoutException })
        {
            // The pool is too small, or too busy, to lend that many.
            return new PoolerProbe(PoolingMode.Unknown, null);
        }
        finally
        {
            foreach (var borrower in borrowers)
            {
                await borrower.DisposeAsync();
            }
        }
    }

    static async Task<int> Process(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("SELECT pg_backend_pid()", connection) { CommandTimeout = 5 };
        return (int)(await command.ExecuteScalarAsync(cancel))!;
    }

    /// <summary>The server process that ran our statement; null where it is not known, or another's of its name answered.</summary>
    static async Task<int?> Answer(NpgsqlCommand prepared, Guid own, CancellationToken cancel)
    {
        try
        {
            return await prepared.ExecuteScalarAsync(cancel) is string answer && answer.EndsWith(own.ToString(), StringComparison.Ordinal)
                ? int.Parse(answer.Split(' ')[0], CultureInfo.InvariantCulture)
                : null;
        }
        catch (PostgresException e) when (e.SqlState is "26000" or "08P01")
        {
            return null;
        }
    }

    static async Task Execute(string sql, NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 5 };
        await command.ExecuteNonQueryAsync(cancel);
    }

    static async Task<bool> Survives(NpgsqlCommand prepared, Guid own, NpgsqlConnection holdsOurs, CancellationToken cancel)
    {
        if (await Answer(prepared, own, cancel) is not null)
        {
            return true;
        }

        // Our statement stays behind on a connection that others will get: taken away, so that nobody finds its name in use.
        await using var names = new NpgsqlCommand("SELECT string_agg(format('DEALLOCATE %I', name), ';') FROM pg_prepared_statements WHERE statement LIKE '%/* autorest doctor */'", holdsOurs);
        if (await names.ExecuteScalarAsync(cancel) is string text)
        {
            await Execute(text, holdsOurs, cancel);
        }

        return false;
    }
}
