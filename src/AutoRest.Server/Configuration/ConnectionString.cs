using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Npgsql;

namespace AutoRest.Server.Configuration;

/// <summary>A connection string of libpq in the form the driver takes.</summary>
/// <param name="Builder">Everything but the pool's settings, which come from <c>db-pool*</c> only.</param>
/// <param name="Ignored">Parameters without a counterpart in the driver, that promise nothing about security: worth one log line.</param>
/// <remarks>
/// contract/configuration.md §7. Parameters come from the string, else from the service file, else from the environment, else from libpq's
/// defaults. A parameter that demands a guarantee the driver cannot give is refused, never ignored.
/// </remarks>
public sealed record ConnectionString(NpgsqlConnectionStringBuilder Builder, ImmutableArray<string> Ignored)
{
    /// <summary>Longest connect timeout the driver takes, in seconds.</summary>
    const int MaxTimeout = 1024;

    /// <summary>Tuning of sockets that the driver leaves to the system.</summary>
    static readonly FrozenSet<string> Tuning = FrozenSet.Create(StringComparer.Ordinal,
        "keepalives_count", "tcp_user_timeout", "client_encoding", "gsslib", "sslcompression", "sslsni", "min_protocol_version", "max_protocol_version");

    /// <param name="text"><c>db-uri</c>: URI, keywords and values, or the name of a database; <c>@file</c> is already read.</param>
    /// <param name="environment">For the <c>PG…</c> variables.</param>
    /// <param name="applicationName">Used when neither string nor environment name the application, for example <c>AutoRest 0.1.0</c>.</param>
    /// <param name="readWrite">For the listener: notifications are only sent on the primary, whatever the string says.</param>
    /// <exception cref="ConfigException">Malformed text, an unknown parameter, or a guarantee that cannot be given.</exception>
    public static ConnectionString Parse(
        string text, IReadOnlyDictionary<string, string> environment, string applicationName, bool readWrite = false)
    {
        var parameters = ConnectionParameters.Resolve(text, environment);
        if (readWrite)
        {
            parameters["target_session_attrs"] = "read-write";
        }

        var builder = new NpgsqlConnectionStringBuilder();
        Hosts(builder, parameters);
        builder.Username = Get(parameters, "user") ?? Environment.UserName;
        builder.Database = Get(parameters, "dbname") ?? builder.Username;
        builder.Password = Get(parameters, "password");
        builder.Passfile = Get(parameters, "passfile");
        builder.Options = Get(parameters, "options");
        builder.ApplicationName = Get(parameters, "application_name") ?? applicationName;
        builder.KerberosServiceName = Get(parameters, "krbsrvname") ?? builder.KerberosServiceName;
        if (Number(parameters, "connect_timeout") is { } timeout)
        {
            // 0 and less wait without limit; 1 is 2 in libpq, which only matters to somebody who measures it.
            builder.Timeout = Math.Clamp(timeout, 0, MaxTimeout);
        }

        builder.LoadBalanceHosts = Get(parameters, "load_balance_hosts") switch
        {
            null or "disable" => false,
            "random" => true,
            var other => throw Invalid("load_balance_hosts", other),
        };
        KeepAlive(builder, parameters);
        ConnectionSecurity.Apply(builder, parameters);
        return new ConnectionString(builder, [.. parameters.Keys.Where(Tuning.Contains).Order(StringComparer.Ordinal)]);
    }

    internal static ConfigException Invalid(string name, string value) => new($"db-uri: invalid {name} value: \"{value}\"");

    internal static string? Get(Dictionary<string, string> parameters, string name) =>
        parameters.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    static void Hosts(NpgsqlConnectionStringBuilder builder, Dictionary<string, string> parameters)
    {
        // An address spares the look-up of the name; the name then only serves to verify the certificate, which ConnectionSecurity sees to.
        var text = Get(parameters, "hostaddr") ?? Get(parameters, "host");
        var ports = (Get(parameters, "port") ?? "5432").Split(',');
        var hosts = text?.Split(',') ?? [""];
        if (ports.Length != 1 && ports.Length != hosts.Length)
        {
            throw new ConfigException($"db-uri: could not match {ports.Length} port numbers to {hosts.Length} hosts");
        }

        var numbers = Array.ConvertAll(ports, Port);
        var target = Get(parameters, "target_session_attrs");
        if (target is not (null or "any" or "read-write" or "read-only" or "primary" or "standby" or "prefer-standby"))
        {
            throw Invalid("target_session_attrs", target);
        }

        if (target is "any")
        {
            target = null;
        }

        if (hosts.Length == 1 && target is null)
        {
            builder.Host = hosts[0].Length == 0 ? DefaultHost(numbers[0]) : hosts[0];
            builder.Port = numbers[0];
            return;
        }

        var list = hosts.Select((host, i) => HostAndPort(host, numbers[ports.Length == 1 ? 0 : i])).ToArray();
        // The driver checks the state of the server only where there are several hosts to choose from; libpq always. Twice the same host makes it
        // check.
        builder.Host = string.Join(',', list.Length == 1 ? [list[0], list[0]] : list);
        builder.TargetSessionAttributes = target;
    }

    static string HostAndPort(string host, int port)
    {
        host = host.Length == 0 ? DefaultHost(port) : host;
        var isIpv6 = host.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(host, out _);
        return string.Create(CultureInfo.InvariantCulture, $"{(isIpv6 ? $"[{host}]" : host)}:{port}");
    }

    static int Port(string text) => text.Length == 0 ? 5432
        : int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535 ? port
        : throw new ConfigException($"db-uri: invalid port number: \"{text}\"");

    /// <summary>The directory of the unix socket: where a server listens, else where the distributions put it.</summary>
    static string DefaultHost(int port)
    {
        const string Debian = "/var/run/postgresql";
        return OperatingSystem.IsWindows() ? "localhost"
            : !File.Exists($"{Debian}/.s.PGSQL.{port}") && (File.Exists($"/tmp/.s.PGSQL.{port}") || !Directory.Exists(Debian)) ? "/tmp"
            : Debian;
    }

    static void KeepAlive(NpgsqlConnectionStringBuilder builder, Dictionary<string, string> parameters)
    {
        // libpq has keepalives on unless told otherwise.
        builder.TcpKeepAlive = Number(parameters, "keepalives") is not 0;
        if (Number(parameters, "keepalives_idle") is > 0 and var idle)
        {
            builder.TcpKeepAliveTime = idle;
        }

        if (Number(parameters, "keepalives_interval") is > 0 and var interval && builder.TcpKeepAliveTime > 0)
        {
            builder.TcpKeepAliveInterval = interval;
        }
    }

    static int? Number(Dictionary<string, string> parameters, string name) =>
        Get(parameters, name) is not { } text ? null
        : int.TryParse(text.AsSpan().Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw new ConfigException($"db-uri: invalid integer value \"{text}\" for connection option \"{name}\"");
}
