using System.Runtime.InteropServices;
using AutoRest.Server.Admin;
using AutoRest.Server.Configuration;
using AutoRest.Server.Execution;
using AutoRest.Server.Observability;

namespace AutoRest.Server;

/// <summary>
/// A server from its start to its end: 1 configuration, 2 signals, 3 admin server, 4 listener and first load, 5 API server, 6 serve, 7 drain, 8 close.
/// contract/operations.md §2, §6.
/// </summary>
static class ServerLife
{
    // Never disposed of: a second signal, while the process is about to end, must not change the exit code.
    static readonly List<PosixSignalRegistration> Registrations = [];

    /// <summary>Gives the exit code.</summary>
    public static async Task<int> RunAsync(string? file)
    {
        // 1.
        var log = new Log(Console.Error, Console.Out);
        var source = new ConfigSource(file);
        AppState state;
        ConnectionString connection;
        ConnectionString listenConnection;
        ConnectionString? readConnection;
        PoolerStatistics? pooler;
        try
        {
            state = new AppState(source.Load());
            var environment = ConfigLoader.ProcessEnvironment();
            var first = state.Current.Snapshot.Config;
            connection = ConnectionString.Parse(first.DbUri, environment, ProductName.Application);
            listenConnection = ConnectionString.Parse(first.DbListenUri ?? first.DbUri, environment, ProductName.Application, readWrite: true);
            readConnection = first.DbReadUri is { } read ? ConnectionString.Parse(read, environment, ProductName.Application) : null;
            pooler = first.PoolerStatsUri is { } stats
                ? new PoolerStatistics(ConnectionString.Parse(stats, environment, ProductName.Application).Builder, connection.Builder.Database!, log)
                : null;
        }
        catch (ConfigException e)
        {
            Console.Error.WriteLine(e.StartupText);
            return 1;
        }

        var config = state.Current.Snapshot.Config;
        Apply(log, config);
        log.Starting(ProductName.Version);
        foreach (var warning in source.Warnings()
            .Concat(state.Current.Authenticator.Warnings)
            .Concat(connection.Ignored.Select(static p => $"The connection parameter {p} has no effect.")))
        {
            log.Warning(warning);
        }

        using var telemetry = config.OtelEndpoint is { } endpoint ? new Telemetry(new Uri(endpoint), ProductName.Version) : null;
        using var gauge = new PoolGauge();
        await using var database = new Database(connection.Builder, config, log) { Times = state.Metrics.Database, TellsPosition = readConnection is not null };
        await using var replicas = readConnection is null ? null
            : new Replicas(readConnection.Builder, database, config, () => state.Current.Snapshot.Config.ReplicaMaxLag, log);
        using var reloader = new SchemaReloader(state, database, source, log);
        using var listener = new Listener(state, listenConnection.Builder, database, reloader, log);
        var keys = new KeyRefresher(state, log);
        using var stopping = new CancellationTokenSource();
        var end = new ServerEnd(log);
        reloader.Fatal += end.Fail;
        listener.Fatal += end.Fail;
        reloader.Recovered += listener.Hurry;
        database.Lost += () => reloader.Request(afterOutage: true);
        if (replicas is not null)
        {
            reloader.Loaded += replicas.Flush;
        }

        var channel = (config.DbChannel, config.DbChannelEnabled);
        state.ConfigChanged += next =>
        {
            var changed = next.Snapshot.Config;
            Apply(log, changed);
            keys.ConfigChanged();
            foreach (var warning in next.Authenticator.Warnings)
            {
                log.Warning(warning);
            }

            if (channel != (changed.DbChannel, changed.DbChannelEnabled))
            {
                channel = (changed.DbChannel, changed.DbChannelEnabled);
                listener.Restart();
            }
        };

        // 2.
        OnSignal(PosixSignal.SIGTERM, () => end.Stop("SIGTERM"));
        OnSignal(PosixSignal.SIGINT, () => end.Stop("SIGINT"));
        OnSignal(UserSignals.Usr1, () => reloader.Request());
        OnSignal(UserSignals.Usr2, () =>
        {
            if (!end.Reached.IsCompleted)
            {
                _ = reloader.ReloadConfigAsync(CancellationToken.None);
            }
        });
        try
        {
            using var kestrel = new KestrelLog(log, end.Fail);
            await using var api = WebServer.CreateApi(config, new RestHandler(state, database, reloader, log, replicas), () => state.Current.Authenticator, kestrel);
            await using var admin = WebServer.CreateAdmin(config, new AdminEndpoints(
                state,
                new MetricsPage(state, database, gauge, () => listener.IsOn, replicas, pooler),
                () => api.IsLive,
                cancellation => end.Reached.IsCompleted ? Task.FromResult(false)
                    : state.Current.Snapshot.Config.DbChannelEnabled ? Task.FromResult(listener.IsOn)
                    : AdminEndpoints.CanConnectAsync(database, cancellation)), kestrel);

            // 3.
            if (admin is not null)
            {
                log.AdminListening(await admin.StartAsync());
            }

            // 4.
            var listening = end.Watch("The listener", listener.RunAsync(stopping.Token), stopping.Token);
            var loading = end.Watch("The schema cache loader", LoadAsync(reloader, listener, stopping.Token), stopping.Token);
            var fetching = end.Watch("The key fetcher", keys.RunAsync(stopping.Token), stopping.Token);
            var watching = end.Watch("The watch of the pool", new PoolWatch(state, database).RunAsync(reloader.FirstSuccess, stopping.Token), stopping.Token);
            var probing = replicas is null ? Task.CompletedTask : end.Watch("The probe of the standbys", replicas.RunAsync(stopping.Token), stopping.Token);
            var releasing = ExecutablePages.ReleaseAsync(reloader.FirstSuccess, stopping.Token);
            await Task.WhenAny(config.ServerReuseport ? reloader.FirstSuccess : reloader.FirstAttempt, end.Reached);

            // 5. 6.
            if (!end.Reached.IsCompleted)
            {
                log.Listening(await api.StartAsync());
                await end.Reached;
            }

            // 7. No new connections anywhere; the last requests may take their time. Until the API's socket is closed, health can be asked.
            end.Hurried += api.Abort;
            if (end.IsHurried)
            {
                api.Abort();
            }

            await api.CloseAsync(end.ExitCode == 0 ? TimeSpan.FromSeconds(Math.Max(config.ShutdownDelay, 0)) : TimeSpan.Zero);
            await Task.WhenAll(api.StopAsync(), admin?.StopAsync() ?? Task.CompletedTask);

            // 8.
            await stopping.CancelAsync();
            await Task.WhenAll(loading, listening, fetching, watching, probing, releasing);
            return end.ExitCode;
        }
        catch (Exception e) when (e is BindException or ConfigException)
        {
            log.Warning(e.Message);
            await stopping.CancelAsync();
            return 1;
        }
    }

    /// <summary>
    /// The listener first, so that a message sent while the catalog is read is heard. A database that does not even refuse it must not hold up the server:
    /// the listener asks for another load when it gets through.
    /// </summary>
    static async Task LoadAsync(SchemaReloader reloader, Listener listener, CancellationToken cancellationToken)
    {
        await Task.WhenAny(listener.FirstAttempt, Task.Delay(TimeSpan.FromSeconds(2), cancellationToken));
        await reloader.RunAsync(cancellationToken);
    }

    static void Apply(Log log, AppConfig config)
    {
        log.IsDebug = config.LogLevel == ServerLogLevel.Debug;
        log.IsJson = config.LogFormat == LogFormat.Json;
    }

    static void OnSignal(PosixSignal? signal, Action action)
    {
        if (signal is { } known)
        {
            Registrations.Add(PosixSignalRegistration.Create(known, context =>
            {
                context.Cancel = true;
                action();
            }));
        }
    }
}
