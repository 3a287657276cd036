using System.Runtime.InteropServices;
using AutoRest.Server;
using AutoRest.Server.Admin;
using AutoRest.Server.Configuration;
using AutoRest.Server.Execution;
using AutoRest.Server.Observability;

const string Version = "0.1.0";

// The configuration file is the one positional argument.
var source = new ConfigSource(args.FirstOrDefault(static a => !a.StartsWith('-')));
if (args.Contains("--version"))
{
    Console.Out.WriteLine($"AutoRest {Version}");
    return 0;
}

var log = new Log(Console.Error, Console.Out);
AppConfig config;
AppState state;
ConnectionString connection;
ConnectionString listenConnection;
try
{
    config = source.Load();
    state = new AppState(config);
    var environment = ConfigLoader.ProcessEnvironment();
    connection = ConnectionString.Parse(config.DbUri, environment, $"AutoRest {Version}");
    listenConnection = ConnectionString.Parse(config.DbListenUri ?? config.DbUri, environment, $"AutoRest {Version}", readWrite: true);
}
catch (ConfigException e)
{
    Console.Error.WriteLine(e.StartupText);
    return 1;
}

log.Starting(Version);
foreach (var warning in source.Warnings().Concat(state.Current.Authenticator.Warnings).Concat(connection.Ignored.Select(static p => $"The connection parameter {p} has no effect.")))
{
    log.Warning(warning);
}

await using var database = new Database(connection.Builder, config, log);
var reloader = new SchemaReloader(state, database, source, log);
var listener = new Listener(state, listenConnection.Builder, reloader, log);
using var stopping = new CancellationTokenSource();
var exitCode = 0;
var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
reloader.Fatal += message =>
{
    log.Warning(message);
    exitCode = 1;
    ended.TrySetResult();
};

using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, "SIGTERM"));
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, "SIGINT"));
using var reloadSchema = OnSignal(UserSignals.Usr1, () => reloader.Request());
using var reloadConfig = OnSignal(UserSignals.Usr2, () => _ = reloader.ReloadConfigAsync(stopping.Token));

var apiOpen = false;
await using var admin = WebServer.CreateAdmin(config, new AdminEndpoints(
    state,
    () => apiOpen,
    cancellation => config.DbChannelEnabled ? Task.FromResult(listener.IsOn) : AdminEndpoints.CanConnectAsync(database, cancellation)));
await using var api = WebServer.CreateApi(config, new RestHandler(state, database, reloader, log));
try
{
    if (admin is not null)
    {
        await admin.StartAsync();
        log.AdminListening(WebServer.AddressOf(admin));
    }

    var loading = reloader.RunAsync(stopping.Token);
    var listening = config.DbChannelEnabled ? listener.RunAsync(stopping.Token) : Task.CompletedTask;

    // The port opens when the first attempt to load the schema cache has ended, well or not.
    await Task.WhenAny(reloader.FirstAttempt, ended.Task);
    if (!ended.Task.IsCompleted)
    {
        await api.StartAsync();
        apiOpen = true;
        log.Listening(WebServer.AddressOf(api));
        await ended.Task;
    }

    apiOpen = false;
    await api.StopAsync();
    if (admin is not null)
    {
        await admin.StopAsync();
    }

    await stopping.CancelAsync();
    await Task.WhenAll(loading, listening);
    return exitCode;
}
catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
{
    // A port in use, an address that is not this machine's.
    log.Warning(e.Message);
    return 1;
}

void Stop(PosixSignalContext context, string name)
{
    context.Cancel = true;
    log.Terminating(name);
    ended.TrySetResult();
}

static PosixSignalRegistration? OnSignal(PosixSignal? signal, Action action) =>
    signal is { } known
        ? PosixSignalRegistration.Create(known, context =>
        {
            context.Cancel = true;
            action();
        })
        : null;
