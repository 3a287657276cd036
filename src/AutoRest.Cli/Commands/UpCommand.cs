using System.CommandLine;
using AutoRest.Cli.Database;
using AutoRest.Cli.Processes;

namespace AutoRest.Cli.Commands;

/// <summary><c>autorest up</c>: the whole stack, in health order.</summary>
static class UpCommand
{
    static readonly Option<bool> Detach = new("--detach", "-d") { Description = "Leave it running in the background" };
    static readonly Option<bool> Supervise = new("--supervise") { Hidden = true, Description = "What --detach starts in the background" };
    static readonly Option<bool> NoPooler = new("--no-pooler") { Description = "Connect the server to PostgreSQL directly" };
    static readonly Option<bool> DatabaseOnly = new("--database-only") { Description = "Start PostgreSQL and PgBouncer only, to run the server yourself" };
    static readonly Option<bool> Archive = new("--archive")
    {
        Description = "Keep the database's log from now on, so that it can be restored to a moment (or AUTOREST_ARCHIVE=1)",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("AUTOREST_ARCHIVE") is "1" or "true",
    };

    static readonly Option<string?> PgBin = new("--pg-bin") { Description = $"PostgreSQL's bin folder (or {PostgresBinaries.Variable})", HelpName = "DIR", DefaultValueFactory = _ => Environment.GetEnvironmentVariable(PostgresBinaries.Variable) };
    static readonly Option<int?> ProxyPort = Port("--proxy-port", Ports.Default.Proxy);
    static readonly Option<int?> ServerPort = Port("--server-port", Ports.Default.Server);
    static readonly Option<int?> AdminPort = Port("--admin-port", Ports.Default.Admin);
    static readonly Option<int?> PostgresPort = Port("--postgres-port", Ports.Default.Postgres);
    static readonly Option<int?> PgBouncerPort = Port("--pgbouncer-port", Ports.Default.PgBouncer);

    static Option<int?> Port(string name, int standard) =>
        new(name) { Description = $"Default {standard}, or the next free one", HelpName = "PORT" };

    public static Command Create()
    {
        var command = new Command("up", "Starts PostgreSQL, PgBouncer, the server and the proxy, and stops them on Ctrl-C")
        {
            Detach, Supervise, DatabaseOnly, NoPooler, Archive, PgBin, CommonOptions.Data, CommonOptions.Secrets, ProxyPort, ServerPort, AdminPort, PostgresPort, PgBouncerPort,
        };
        command.SetAction(Run);
        return command;
    }

    static async Task<int> Run(ParseResult parsed, CancellationToken _)
    {
        var supervise = parsed.GetValue(Supervise);
        if (supervise && !OperatingSystem.IsWindows())
        {
            Native.NewSession();
        }

        var project = Project.Find();
        var account = OsAccount.ForDatabase();
        var data = DataFolder.Choose(project, parsed.GetValue(CommonOptions.Data), account, supervise ? null : Console.WriteLine);
        var secrets = CommonOptions.SecretsOf(parsed, project);
        data.Create(account);

        using var cancel = new CancellationTokenSource();
        using var signals = new StopSignals(cancel);
        using var heldLock = TryLock(data);
        if (heldLock is null)
        {
            // Somebody runs it, or is just about to.
            return await Follow(data, secrets, alreadyRunning: true, process: null, cancel.Token);
        }

        if (StackState.Read(data.StateFile) is { } old)
        {
            // Its supervisor is gone, or it would hold the lock; what it started may still run.
            var ended = await Leftovers.Stop(old);
            if (ended.Count > 0)
            {
                Console.WriteLine($"Stopped what a killed stack had left running: {string.Join(", ", ended)}.");
            }

            File.Delete(data.StateFile);
        }

        if (parsed.GetValue(Archive))
        {
            DataFolder.Private(data.Wal);
            account.Own(data.Wal);
        }

        var made = secrets.Create();
        if (made.Count > 0)
        {
            Console.WriteLine($"Generated in {secrets.Folder}: {string.Join(", ", made)}.");
        }

        // Checked here and not only in the background: a wrong argument is answered at once, in the user's terminal.
        var plan = Plan(parsed, project, data, secrets, account);
        if (parsed.GetValue(Detach) && !supervise)
        {
            heldLock.Dispose();
            using var process = Detached.Start([.. Arguments(parsed), "--supervise"], data.Log("supervisor"));
            return await Follow(data, secrets, alreadyRunning: false, process, cancel.Token);
        }

        return await RunStack(plan, data, secrets, supervise, cancel.Token);
    }

    static (IReadOnlyList<Component> Components, StackState State) Plan(ParseResult parsed, Project project, DataFolder data, Secrets secrets, OsAccount account)
    {
        var binaries = PostgresBinaries.Find(project, parsed.GetValue(PgBin), PostgresCluster.ExistingVersion(data), account);
        var pooler = parsed.GetValue(NoPooler) ? null : PgBouncerProgram.Find();
        var ports = Ports.Choose(parsed.GetValue(ProxyPort), parsed.GetValue(ServerPort), parsed.GetValue(AdminPort), parsed.GetValue(PostgresPort), parsed.GetValue(PgBouncerPort));
        var proxyUrl = $"http://{Router.ApiHost}:{ports.Proxy}";
        var cluster = new PostgresCluster(project, data, secrets, binaries, account, ports.Postgres);
        var components = new List<Component> { cluster.Component() };
        if (pooler is not null)
        {
            components.Add(new PgBouncerPool(project, data, secrets, pooler, cluster, account, ports.PgBouncer, ports.Postgres).Component());
        }

        var databaseOnly = parsed.GetValue(DatabaseOnly);
        if (!databaseOnly)
        {
            components.Add(ApiServer.Component(project, secrets, ports, proxyUrl, pooler));
            components.Add(Router.Component(project, ports));
        }

        return (components, new StackState(
            Phase.Starting, ProcessIdentity.Current, DateTimeOffset.UtcNow, project.Root, secrets.Folder,
            databaseOnly ? null : new StackUrls(proxyUrl, $"http://127.0.0.1:{ports.Server}", $"http://127.0.0.1:{ports.Admin}"),
            $"postgresql://{PostgresCluster.Superuser}@127.0.0.1:{ports.Postgres}/{PostgresCluster.DatabaseName}",
            pooler is null ? null : $"postgresql://authenticator@127.0.0.1:{ports.PgBouncer}/{PostgresCluster.DatabaseName}",
            [.. components.Select(component => Stack.Waiting(component, data))]));
    }

    static async Task<int> RunStack((IReadOnlyList<Component> Components, StackState State) plan, DataFolder data, Secrets secrets, bool supervise, CancellationToken cancel)
    {
        File.Delete(data.StopFile);
        plan.State.Write(data.StateFile);
        using var progress = new StartProgress();
        var announced = false;
        var stack = new Stack(data, plan.Components, plan.State, state =>
        {
            state.Write(data.StateFile);
            progress.Show(state);
            if (state.Phase == Phase.Ready && !announced)
            {
                announced = true;
                progress.Dispose();
                if (!supervise)
                {
                    Summary.Print(state, secrets, "Ready. Ctrl-C stops everything.");
                }
            }
        });
        try
        {
            await stack.Run(cancel);
        }
        catch (CliError)
        {
            // The state file stays: whoever follows reads the reason there. The next `up` removes it.
            if (!supervise)
            {
                File.Delete(data.StateFile);
            }

            throw;
        }

        File.Delete(data.StateFile);
        File.Delete(data.StopFile);
        Console.WriteLine("Stopped.");
        return 0;
    }

    /// <summary>Shows the progress of a stack that another process starts, until it is ready or has failed.</summary>
    static async Task<int> Follow(DataFolder data, Secrets secrets, bool alreadyRunning, System.Diagnostics.Process? process, CancellationToken cancel)
    {
        using var progress = new StartProgress();
        var patience = DateTime.UtcNow.AddSeconds(10);
        while (true)
        {
            // Asked before the state is read: what the process wrote last is then surely there.
            var exited = process is { HasExited: true };
            var state = StackState.Read(data.StateFile);
            // An older state than our own supervisor's was deleted before it was started.
            if (state is not null)
            {
                if (state.Phase != Phase.Ready || !alreadyRunning)
                {
                    progress.Show(state);
                }

                switch (state.Phase)
                {
                    case Phase.Ready when state.IsRunning:
                        progress.Dispose();
                        Summary.Print(state, secrets, alreadyRunning ? "The stack is already running." : "Ready, in the background. `autorest down` stops it.");
                        return 0;
                    case Phase.Failed:
                        throw new CliError(state.Error!, state.ErrorLog);
                }
            }

            if (exited && process!.ExitCode == 0)
            {
                // Another `up` was faster with the lock, and ours found its stack running: so do we.
                process = null;
                exited = false;
                patience = DateTime.UtcNow.AddSeconds(10);
            }

            if (exited || (state is null or { IsRunning: false } && process is null && DateTime.UtcNow > patience))
            {
                throw new CliError(
                    process is null ? $"Another `autorest` holds {data.LockFile} and starts nothing: wait a moment and try again." : $"The background process ended: look at {data.Log("supervisor")}.",
                    process is null ? [] : LogTail.Read(data.Log("supervisor"), lines: 3));
            }

            await Task.Delay(100, cancel).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            if (cancel.IsCancellationRequested)
            {
                return 130;
            }
        }
    }

    static IEnumerable<string> Arguments(ParseResult parsed) => parsed.Tokens.Select(token => token.Value).Where(token => token is not ("--detach" or "-d"));

    // The lock goes with the process: a killed supervisor leaves none behind.
    static FileStream? TryLock(DataFolder data)
    {
        try
        {
            return new FileStream(data.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            throw new CliError($"The data folder {data.Path} belongs to another user: run as its owner, or choose another with --data.");
        }
    }
}
