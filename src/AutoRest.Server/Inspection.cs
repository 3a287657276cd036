using System.Globalization;
using System.Net.Sockets;
using AutoRest.Introspection;
using AutoRest.Server.Admin;
using AutoRest.Server.Configuration;
using AutoRest.Server.Execution;
using AutoRest.Server.Observability;
using Npgsql;

namespace AutoRest.Server;

/// <summary>The commands that look at a server or its configuration instead of running one. Each gives the exit code. contract/operations.md §12.</summary>
static class Inspection
{
    static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The merged configuration on stdout; without the database's part when that cannot be read.</summary>
    public static Task<int> DumpConfigAsync(string? file, bool redacted) => WithConfigAsync(file, async (source, log) =>
    {
        var config = source.Load();
        if (config.DbConfig)
        {
            try
            {
                await using var connection = await ConnectAsync(config);
                config = await WithDatabaseAsync(source, config, connection, log);
            }
            catch (Exception e) when (IsDatabase(e))
            {
                log.DatabaseSettingsFailed(e.InnerException?.Message ?? e.Message);
            }
        }

        Console.Out.Write(ConfigText.Dump(config, redacted));
        return 0;
    });

    /// <summary>The schema cache on stdout.</summary>
    public static Task<int> DumpSchemaAsync(string? file) => WithConfigAsync(file, async (source, log) =>
    {
        var config = source.Load();
        try
        {
            await using var connection = await ConnectAsync(config);
            if (config.DbConfig)
            {
                config = await WithDatabaseAsync(source, config, connection, log);
            }

            var facts = await CatalogReader.ReadAsync(connection, config.DbSchemas, config.DbExtraSearchPath, CancellationToken.None);
            await using var output = Console.OpenStandardOutput();
            await output.WriteAsync(SchemaCacheJson.Write(SchemaCacheBuilder.Build(facts)));
            await output.WriteAsync("\n"u8.ToArray());
            return 0;
        }
        catch (Exception e) when (IsDatabase(e))
        {
            log.SchemaLoadFailed(config.DbSchemas, config.DbExtraSearchPath, e.InnerException?.Message ?? e.Message);
            return 1;
        }
    });

    /// <summary>Whether the running server is ready: for health checks in containers without any other program.</summary>
    public static Task<int> AskReadyAsync(string? file) => WithConfigAsync(file, async (source, _) =>
    {
        var config = source.Load();
        if (config.AdminServerPort is null && config.AdminServerUnixSocket is null)
        {
            return Fail("ERROR: Admin server is not running. Please check admin-server-port config.");
        }

        var host = (config.AdminServerHost ?? config.ServerHost) switch
        {
            // Any address includes this one; the reference gives up here.
            "*" or "*4" or "!4" or "0.0.0.0" => "127.0.0.1",
            "*6" or "!6" or "::" => "::1",
            var given => given,
        };
        host = host.Contains(':', StringComparison.Ordinal) && host[0] != '[' ? $"[{host}]" : host;
        var shown = config.AdminServerUnixSocket is { } path ? $"unix:{path}:/ready"
            : string.Create(CultureInfo.InvariantCulture, $"http://{host}:{config.AdminServerPort}/ready");
        if (!Uri.TryCreate(config.AdminServerUnixSocket is null ? shown : "http://localhost/ready", UriKind.Absolute, out var address))
        {
            return Fail($"ERROR: invalid url - {shown}");
        }

        using var handler = new SocketsHttpHandler { UseProxy = false, ConnectTimeout = ReadyTimeout };
        if (config.AdminServerUnixSocket is { } socketPath)
        {
            handler.ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            };
        }

        using var client = new HttpClient(handler) { Timeout = ReadyTimeout };
        try
        {
            using var answer = await client.GetAsync(address);
            if (!answer.IsSuccessStatusCode)
            {
                return Fail($"ERROR: {shown}");
            }

            Console.Out.WriteLine($"OK: {shown}");
            return 0;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return Fail($"ERROR: connection refused to {shown}");
        }
    });

    static async Task<int> WithConfigAsync(string? file, Func<ConfigSource, Log, Task<int>> command)
    {
        try
        {
            return await command(new ConfigSource(file), new Log(Console.Error, Console.Out));
        }
        catch (ConfigException e)
        {
            return Fail(e.StartupText);
        }
    }

    static Task<NpgsqlConnection> ConnectAsync(AppConfig config) => Database.ConnectAsync(
        ConnectionString.Parse(config.DbUri, ConfigLoader.ProcessEnvironment(), ProductName.Application).Builder, CancellationToken.None);

    /// <exception cref="ConfigException">The database's settings are refused.</exception>
    static async Task<AppConfig> WithDatabaseAsync(ConfigSource source, AppConfig config, NpgsqlConnection connection, Log log)
    {
        try
        {
            return source.Reload(config, await DatabaseSettings.ReadAsync(connection, config.DbPreConfig, CancellationToken.None));
        }
        catch (PostgresException e)
        {
            log.DatabaseSettingsFailed(e.MessageText);
            return config;
        }
    }

    static bool IsDatabase(Exception e) => e is NpgsqlException or TimeoutException or IOException or SocketException;

    static int Fail(string message)
    {
        Console.Error.WriteLine(message);
        return 1;
    }
}
