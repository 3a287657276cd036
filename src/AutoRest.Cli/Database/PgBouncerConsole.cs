using AutoRest.Cli.Processes;

namespace AutoRest.Cli.Database;

/// <summary>PgBouncer's console, through <c>psql</c>: it speaks the simple query protocol only, which the driver does not.</summary>
sealed class PgBouncerConsole(string psql, Dictionary<string, string?> variables)
{
    /// <summary>How long running transactions may take to end before a pause goes on without them.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The running stack's, or <see langword="null"/> without a pooler or without psql.</summary>
    public static PgBouncerConsole? Of(StackState stack, DataFolder data)
    {
        if (stack.PoolerUrl is not { } url || PostgresPrograms.TryFind("psql", PostgresCluster.ExistingVersion(data)) is not { } psql)
        {
            return null;
        }

        var builder = DatabaseTarget.Parse(url, []);
        builder.Username = PgBouncerPool.Admin;
        builder.Password = new Secrets(stack.Secrets).PgBouncerAdminPassword;
        return new PgBouncerConsole(psql, new DatabaseTarget(builder, stack).LibpqVariables("pgbouncer"));
    }

    /// <summary>Runs a command; rows as name → value.</summary>
    /// <exception cref="CliError">It was refused, or nobody answers.</exception>
    public async Task<IReadOnlyList<IReadOnlyDictionary<string, string>>> Query(string command, CancellationToken cancel)
    {
        // Unit separators: no value of the console holds one.
        var run = await ProgramRun.Run(psql, ["-X", "-q", "-A", "-F", "\u001f", "-P", "footer=off", "-c", command], variables, cancel);
        if (run.ExitCode != 0)
        {
            throw new CliError($"PgBouncer's console refused {command}: look at `autorest logs pgbouncer`.", run.Complaints);
        }

        var lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var names = lines is [var head, ..] ? head.Split('\u001f') : [];
        return [.. lines.Skip(1).Select(line => names.Zip(line.Split('\u001f')).ToDictionary(pair => pair.First, pair => pair.Second))];
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
