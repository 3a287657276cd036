using AutoRest.Cli.Processes;
using AutoRest.Server.Admin;
using Npgsql;

namespace AutoRest.Cli.Database;

/// <summary>PgBouncer's console: a session for each command.</summary>
/// <param name="settings">Address, and the login of one of its administrators.</param>
sealed class PgBouncerConsole(NpgsqlConnectionStringBuilder settings)
{
    /// <summary>How long running transactions may take to end before a pause goes on without them.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The running stack's, or <see langword="null"/> without a pooler.</summary>
    public static PgBouncerConsole? Of(OwnStack stack)
    {
        if (stack.PoolerUrl is not { } url)
        {
            return null;
        }

        var settings = DatabaseTarget.Parse(url, []);
        settings.Username = PgBouncerPool.Admin;
        settings.Password = stack.Secrets.PgBouncerAdminPassword;
        return new PgBouncerConsole(settings);
    }

    /// <summary>Runs a command; rows as name → value.</summary>
    /// <exception cref="CliError">It was refused, or nobody answers.</exception>
    public async Task<IReadOnlyList<IReadOnlyDictionary<string, string>>> Query(string command, CancellationToken cancel)
    {
        try
        {
            await using var console = await PoolerConsole.ConnectAsync(settings, cancel);
            return await console.QueryAsync(command, cancel);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
        {
            throw new CliError($"PgBouncer's console refused {command} ({DatabaseTarget.Reason(e)}): look at `autorest logs pgbouncer`.");
        }
    }

    /// <summary>Lets clients wait, and closes the connections to the server. Returns whether it took effect.</summary>
    public async Task<bool> Pause(string database, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        try
        {
            await Query($"PAUSE {Quote(database)}", patience.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // Transactions still run: they will be ended. New ones wait already.
            return true;
        }
        catch (CliError)
        {
            return false;
        }
    }

    public async Task Resume(string database) => await Query($"RESUME {Quote(database)}", CancellationToken.None);

    static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
