using System.Globalization;
using System.Net;
using AutoRest.Cli.Database;
using AutoRest.Introspection;
using AutoRest.Server.Configuration;
using Npgsql;

namespace AutoRest.Cli.Doctor;

/// <summary>What is examined.</summary>
/// <param name="Target">The connection that reads the catalog.</param>
/// <param name="Api">The connection the server uses, when that is another one.</param>
/// <param name="Schemas">The exposed schemas.</param>
/// <param name="Anonymous">The anonymous role, or <see langword="null"/>.</param>
/// <param name="JwtSecret">As configured: text, or <c>@file</c>; <see langword="null"/> when there is none.</param>
/// <param name="JwtSecretIsBase64">Whether it is base64.</param>
/// <param name="SecretFiles">Files that only their owner may read.</param>
/// <param name="ListensDirectly">Whether the server has a connection of its own for LISTEN.</param>
sealed record Examined(
    DatabaseTarget Target, DatabaseTarget Api, IReadOnlyList<string> Schemas, string? Anonymous,
    string? JwtSecret, bool JwtSecretIsBase64, IReadOnlyList<string> SecretFiles, bool ListensDirectly);

/// <summary>
/// Looks at everything between a request and its rows: 1. secrets, 2. the connection, 3. encryption, 4. versions, 5. clock, 6. the pooler,
/// 7. roles, grants, policies, functions and indexes.
/// </summary>
static class Examination
{
    /// <summary>RFC 7518 §3.2: a key as long as the hash.</summary>
    const int ShortestSecret = 32;

    /// <summary>The tolerance that token times are compared with: past it a fresh token is refused (contract/auth.md).</summary>
    static readonly TimeSpan TokenTolerance = TimeSpan.FromSeconds(30);

    public static async Task<Report> Run(Examined subject, CancellationToken cancel)
    {
        var facts = new List<(string, string)>();
        var findings = new List<Finding>();
        findings.AddRange(Secrets(subject));
        try
        {
            await using (var connection = new NpgsqlConnection(subject.Target.Connection.ConnectionString))
            {
                await connection.OpenAsync(cancel);
                facts.Add(("database", subject.Target.Describe()));
                await Version(connection, facts, findings, cancel);
                await Clock(connection, facts, findings, cancel);
                findings.AddRange(await DatabaseChecks.Run(connection, subject.Api.Connection.Username!, subject.Schemas, subject.Anonymous, cancel));
            }

            findings.AddRange(await ApiConnection(subject, facts, cancel));
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            findings.Add(Unreachable(e, subject.Target.Describe()));
        }

        facts.Add(("exposed schemas", string.Join(", ", subject.Schemas)));
        facts.Add(("anonymous role", subject.Anonymous ?? "none: every request needs a token"));
        return new Report(facts, [.. findings.OrderByDescending(finding => finding.Severity)]);
    }

    static Finding Unreachable(Exception e, string where) => e switch
    {
        PostgresException { SqlState: "28P01" or "28000" } refused => new("connection", Severity.Error, where, $"refuses the login: {refused.MessageText}",
            Command: "put the password that the database knows into the configuration, or give the role a new one: ALTER ROLE … PASSWORD '…'"),
        PostgresException { SqlState: "3D000" } missing => new("connection", Severity.Error, where, missing.MessageText, Command: $"createdb, or another name at the end of the connection string"),
        _ => new("connection", Severity.Error, where, $"cannot be reached: {DatabaseTarget.Reason(e)}", Command: "check host and port, and that PostgreSQL runs there (`autorest status`, `pg_isready -h HOST -p PORT`)"),
    };

    static async Task<IReadOnlyList<Finding>> ApiConnection(Examined subject, List<(string, string)> facts, CancellationToken cancel)
    {
        var where = subject.Api.Describe();
        var findings = new List<Finding>();
        try
        {
            var probe = await PoolerProbe.Run(subject.Api.Connection.ConnectionString, cancel);
            facts.Add(("server's connection", where));
            facts.Add(("pooler", probe.Mode == PoolingMode.None ? "none" : $"{probe.Mode.ToString().ToLowerInvariant()} pooling"));
            facts.Add(("prepared statements", probe.KeepsStatements switch { true => "kept", false => "lost between transactions", null => "not tested" }));
            findings.AddRange(Pooler(probe, subject.ListensDirectly, where));
            await Encryption(subject.Api.Connection, probe, facts, findings, cancel);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            findings.Add(Unreachable(e, where));
        }

        return findings;
    }

    internal static IEnumerable<Finding> Pooler(PoolerProbe probe, bool listensDirectly, string where)
    {
        if (probe.Mode == PoolingMode.Session)
        {
            yield return new Finding("pooler", Severity.Hint, where, "is a pooler that keeps a server connection per session: it saves none",
                Command: "set pool_mode = transaction in pgbouncer.ini, then RELOAD");
        }

        if (probe is { Mode: PoolingMode.Transaction, KeepsStatements: false })
        {
            yield return new Finding("prepared-statements", Severity.Hint, where, "is a pooler that loses prepared statements: every request is planned anew",
                Command: "install PgBouncer 1.21 or newer and set max_prepared_statements = 200 in pgbouncer.ini");
        }

        if (probe.Mode == PoolingMode.Transaction && !listensDirectly)
        {
            yield return new Finding("listen", Severity.Warning, where, "is a transaction pooler, through which NOTIFY never arrives: a changed schema is not noticed",
                Command: "set AUTOREST_DB_LISTEN_URI to a connection string that goes to PostgreSQL directly");
        }
    }

    static async Task Encryption(NpgsqlConnectionStringBuilder api, PoolerProbe probe, List<(string, string)> facts, List<Finding> findings, CancellationToken cancel)
    {
        if (IsLocal(api.Host))
        {
            facts.Add(("encryption", "not needed: the connection stays on this machine"));
            return;
        }

        bool encrypted;
        if (probe.Mode == PoolingMode.None)
        {
            await using var connection = new NpgsqlConnection(api.ConnectionString);
            await connection.OpenAsync(cancel);
            await using var command = new NpgsqlCommand("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()", connection);
            encrypted = await command.ExecuteScalarAsync(cancel) is true;
        }
        else
        {
            // PostgreSQL only knows about the pooler's connection: what we demand is what we can be sure of.
            encrypted = api.SslMode is SslMode.Require or SslMode.VerifyCA or SslMode.VerifyFull;
        }

        facts.Add(("encryption", encrypted ? "TLS" : "none"));
        findings.AddRange(Encryption(encrypted, api.SslMode, $"{api.Host}"));
    }

    internal static IEnumerable<Finding> Encryption(bool encrypted, SslMode mode, string host)
    {
        if (!encrypted)
        {
            yield return new Finding("tls", Severity.Error, host, "is another machine and the connection to it is not encrypted",
                Command: "turn TLS on there (ssl = on) and append sslmode=verify-full&sslrootcert=FILE to the connection string");
        }
        else if (mode is not (SslMode.VerifyCA or SslMode.VerifyFull))
        {
            yield return new Finding("tls", Severity.Warning, host, "is encrypted but not verified: somebody in between can pretend to be it",
                Command: "append sslmode=verify-full&sslrootcert=FILE to the connection string");
        }
    }

    internal static bool IsLocal(string? host) =>
        host is null or "" or "localhost" || host.StartsWith('/') || host.StartsWith('@') || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    static async Task Version(NpgsqlConnection connection, List<(string, string)> facts, List<Finding> findings, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("SELECT current_setting('server_version_num')::int, current_setting('server_version')", connection);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        await reader.ReadAsync(cancel);
        facts.Add(("PostgreSQL", reader.GetString(1)));
        if (reader.GetInt32(0) < CatalogReader.MinimumServerVersion)
        {
            findings.Add(new Finding("server-version", Severity.Error, reader.GetString(1), "is older than the oldest supported PostgreSQL, 14: the server does not start", Command: "upgrade PostgreSQL (pg_upgrade)"));
        }
    }

    static async Task Clock(NpgsqlConnection connection, List<(string, string)> facts, List<Finding> findings, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("SELECT clock_timestamp()", connection);
        var before = DateTime.UtcNow;
        var there = ((DateTime)(await command.ExecuteScalarAsync(cancel))!).ToUniversalTime();
        var here = before + ((DateTime.UtcNow - before) / 2);
        var skew = there - here;
        facts.Add(("clock", string.Create(CultureInfo.InvariantCulture, $"differs by {Math.Abs(skew.TotalSeconds):0.0} s")));
        if (ClockSkew(skew) is { } finding)
        {
            findings.Add(finding);
        }
    }

    internal static Finding? ClockSkew(TimeSpan skew) => Math.Abs(skew.TotalSeconds) < 2 ? null : new Finding(
        "clock", skew.Duration() > TokenTolerance ? Severity.Error : Severity.Warning, "clock",
        string.Create(CultureInfo.InvariantCulture, $"of the database differs from ours by {skew.TotalSeconds:0} s: tokens it issues or checks expire at the wrong time"),
        Command: "let both machines take their time from the same source (timedatectl set-ntp true)");

    static IEnumerable<Finding> Secrets(Examined subject)
    {
        foreach (var file in subject.SecretFiles.Where(File.Exists))
        {
            if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(file) is var mode && (mode & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
            {
                var open = (mode & (UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0;
                yield return new Finding("secret-mode", open ? Severity.Error : Severity.Warning, file, $"has mode {Convert.ToString((int)mode, 8)}: others than its owner may use it", Command: $"chmod 600 {Quote(file)}");
            }
        }

        if (subject.JwtSecret is not { Length: > 0 } configured)
        {
            yield return new Finding("jwt-secret", Severity.Hint, "jwt-secret", "is not set: only anonymous requests are answered", Command: "set PGRST_JWT_SECRET to at least 32 random characters (`autorest secrets` makes them)");
            yield break;
        }

        byte[]? secret = null;
        string? unreadable = null;
        try
        {
            secret = AutoRest.Server.Configuration.Secrets.LoadJwtSecret(configured, subject.JwtSecretIsBase64)?.ToArray() ?? [];
        }
        catch (ConfigException e)
        {
            unreadable = e.Message;
        }

        var subjectName = configured.StartsWith('@') ? configured[1..] : "jwt-secret";
        if (secret is null)
        {
            yield return new Finding("jwt-secret", Severity.Error, subjectName, $"cannot be used: {unreadable}", Command: "mend the file or PGRST_JWT_SECRET: without it the server does not start");
        }
        // A JSON key or key set says its own lengths, and public keys are no secret.
        else if (secret.AsSpan().TrimStart(" \t\r\n"u8) is not [(byte)'{', ..] && secret.Length < ShortestSecret)
        {
            yield return new Finding("jwt-secret", Severity.Error, subjectName, $"has {secret.Length} bytes and needs at least {ShortestSecret}: it can be guessed, and tokens with it are refused",
                Command: $"(umask 077; LC_ALL=C tr -dc A-Za-z0-9 </dev/urandom | head -c 64 >{(configured.StartsWith('@') ? Quote(subjectName) : "secrets/jwt_secret")}) and restart the server");
        }
    }

    static string Quote(string path) => $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
