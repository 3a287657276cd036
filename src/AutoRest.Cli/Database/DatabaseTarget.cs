using System.Collections;
using System.CommandLine;
using System.Globalization;
using AutoRest.Cli.Commands;
using AutoRest.Cli.Containers;
using AutoRest.Cli.Processes;
using AutoRest.Server.Configuration;
using Npgsql;

namespace AutoRest.Cli.Database;

/// <summary>The database a command works on: the running stack's own, or one that a URI names.</summary>
/// <param name="Connection">How to reach it, password included.</param>
/// <param name="Stack">The stack it belongs to; <see langword="null"/> for a database of somebody else.</param>
/// <param name="Address">Host and port for messages, where those of the connection say nothing to people.</param>
sealed record DatabaseTarget(NpgsqlConnectionStringBuilder Connection, OwnStack? Stack, string? Address = null)
{
    public string Database => Connection.Database!;

    /// <summary>The named database, else the running stack's, as its superuser.</summary>
    /// <param name="parsed">May carry <c>--data</c> and <c>--docker</c>.</param>
    /// <param name="uri">What the user named, or <see langword="null"/>.</param>
    /// <exception cref="CliError">Nothing was named and nothing runs, or the URI cannot be read.</exception>
    public static async Task<DatabaseTarget> Of(ParseResult parsed, string? uri, CancellationToken cancel)
    {
        if (CommonOptions.InContainers(parsed))
        {
            return uri is { Length: > 0 }
                ? throw new CliError("--docker means the containers' database: leave out --db-uri or --docker.")
                : OfStack(await OwnStack.InContainers(CommonOptions.SecretsOf(parsed, Project.Find()), cancel));
        }

        if (uri is { Length: > 0 })
        {
            return new DatabaseTarget(Parse(uri, Variables()), null);
        }

        if (StackState.Read(CommonOptions.DataOf(parsed).StateFile) is not { IsRunning: true } state)
        {
            throw new CliError("No database was named, and the stack is not running: give --db-uri, or start the stack with `autorest up`.");
        }

        return OfStack(OwnStack.Of(state));
    }

    /// <summary>The stack's database as its superuser, without the pooler.</summary>
    public static DatabaseTarget OfStack(OwnStack stack)
    {
        // Without libpq's variables: they are meant for another database.
        var own = Parse(stack.DatabaseUrl, []);
        own.Password = stack.Secrets.PostgresPassword;
        return new DatabaseTarget(own, stack, stack.Containers is null ? null : $"{Compose.Database}:{Compose.DatabasePort}");
    }

    /// <summary>The stack's pooler, or its database where it has none, as the server logs in.</summary>
    public static DatabaseTarget ForServer(OwnStack stack)
    {
        var target = OfStack(stack);
        var own = stack.PoolerUrl is { } pooler ? Parse(pooler, []) : new NpgsqlConnectionStringBuilder(target.Connection.ConnectionString) { Username = "authenticator" };
        own.Password = stack.Secrets.AuthenticatorPassword;
        return new DatabaseTarget(own, stack, stack.Containers is null ? null : $"{Compose.Pooler}:{Compose.PoolerPort}");
    }

    /// <summary>The client programs for this login: of the stack's own version, when it is the stack's.</summary>
    public ClientPrograms Programs(DataFolder data) => Stack switch
    {
        { Containers: { } compose } => new ContainerPrograms(compose, "127.0.0.1", Compose.DatabasePort, Connection.Username!, Connection.Password!),
        null => new LocalPrograms(this, null),
        _ => new LocalPrograms(this, PostgresCluster.ExistingVersion(data)),
    };

    /// <summary>Reads a connection string as the server does.</summary>
    public static NpgsqlConnectionStringBuilder Parse(string uri, Dictionary<string, string> environment)
    {
        try
        {
            var builder = ConnectionString.Parse(AutoRest.Server.Configuration.Secrets.LoadUri(uri), environment, "autorest").Builder;
            builder.Pooling = false;
            return builder;
        }
        catch (ConfigException e)
        {
            throw new CliError($"The connection string cannot be used ({e.Message.TrimEnd('.')}): write it as for the server, postgresql://user:password@host:5432/database.");
        }
    }

    public static Dictionary<string, string> Variables() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(v => (string)v.Key, v => (string)v.Value!);

    /// <summary>Opens a connection, to another database of the same server when one is named.</summary>
    /// <exception cref="CliError">Nobody answers, or the login is refused.</exception>
    public async Task<NpgsqlConnection> Open(CancellationToken cancel, string? database = null)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Connection.ConnectionString) { Database = database ?? Database, CommandTimeout = 0 }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancel);
            return connection;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            await connection.DisposeAsync();
            throw new CliError($"{Describe()} cannot be reached ({Reason(e)}): {(Stack is null ? "check --db-uri, and that PostgreSQL runs" : $"look at `{Stack.Command} status`")}.");
        }
    }

    /// <summary>Host, port and database, for messages: never the password.</summary>
    public string Describe() => string.Create(CultureInfo.InvariantCulture, $"{Connection.Username}@{Address ?? $"{Connection.Host}:{Connection.Port}"}/{Database}");

    public static string Reason(Exception e) => (e is PostgresException refused ? refused.MessageText : e.InnerException?.Message ?? e.Message).TrimEnd('.');

    /// <summary>What PostgreSQL's own programs need in their environment to reach it. A password in an argument could be read by everybody.</summary>
    public Dictionary<string, string?> LibpqVariables(string? database = null)
    {
        var variables = Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(ApiServer.IsLibpq).ToDictionary(name => name, _ => (string?)null);
        variables["PGHOST"] = Connection.Host;
        variables["PGPORT"] = Connection.Port.ToString(CultureInfo.InvariantCulture);
        variables["PGUSER"] = Connection.Username;
        variables["PGDATABASE"] = database ?? Database;
        variables["PGPASSWORD"] = Connection.Password;
        variables["PGPASSFILE"] = Connection.Passfile;
        variables["PGSSLROOTCERT"] = Connection.RootCertificate;
        variables["PGSSLCERT"] = Connection.SslCertificate;
        variables["PGSSLKEY"] = Connection.SslKey;
        variables["PGSSLMODE"] = Connection.SslMode switch
        {
            SslMode.Disable => "disable",
            SslMode.Allow => "allow",
            SslMode.Require => "require",
            SslMode.VerifyCA => "verify-ca",
            SslMode.VerifyFull => "verify-full",
            _ => "prefer",
        };
        variables["PGAPPNAME"] = "autorest";
        return variables;
    }
}
