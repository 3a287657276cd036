using System.Net;
using AutoRest.Cli.Database;
using AutoRest.Cli.Processes;

namespace AutoRest.Cli;

/// <summary>The API server's process. Everything is said to it by PostgREST's environment variables.</summary>
static class ApiServer
{
    public static Component Component(Project project, Secrets secrets, Ports ports, string proxyUrl, PgBouncerProgram? pooler) => new()
    {
        Name = "server",
        Title = "AutoRest server",
        Address = $"http://127.0.0.1:{ports.Server}",
        Command = project.Program("autorest-server", "src/AutoRest.Server", "AUTOREST_SERVER"),
        Environment = Variables(secrets, ports, proxyUrl, pooler),
        Probe = cancel => Probe(ports, cancel),
    };

    static Dictionary<string, string?> Variables(Secrets secrets, Ports ports, string proxyUrl, PgBouncerProgram? pooler)
    {
        var password = Uri.EscapeDataString(secrets.AuthenticatorPassword);
        var variables = new Dictionary<string, string?>
        {
            ["PGRST_DB_URI"] = $"postgresql://authenticator:{password}@127.0.0.1:{(pooler is null ? ports.Postgres : ports.PgBouncer)}/{PostgresCluster.DatabaseName}",
            // LISTEN belongs to a session: through a transaction pooler the notifications would go to nobody.
            ["AUTOREST_DB_LISTEN_URI"] = $"postgresql://authenticator:{password}@127.0.0.1:{ports.Postgres}/{PostgresCluster.DatabaseName}",
            // Removed without a pooler: another one's numbers would be shown as this stack's.
            ["AUTOREST_POOLER_STATS_URI"] = pooler is null ? null : $"postgresql://authenticator:{password}@127.0.0.1:{ports.PgBouncer}/pgbouncer",
            ["PGRST_JWT_SECRET"] = "@" + secrets.JwtSecretFile,
            ["PGRST_SERVER_HOST"] = "127.0.0.1",
            ["PGRST_SERVER_PORT"] = $"{ports.Server}",
            ["PGRST_ADMIN_SERVER_HOST"] = "127.0.0.1",
            ["PGRST_ADMIN_SERVER_PORT"] = $"{ports.Admin}",
        };

        // What does not concern addresses and secrets, the user's own environment may say otherwise: `PGRST_LOG_LEVEL=info autorest up`.
        foreach (var (name, value) in ((string, string)[])[
            ("PGRST_DB_SCHEMAS", "api"),
            ("PGRST_DB_ANON_ROLE", "api_anon"),
            ("PGRST_OPENAPI_SERVER_PROXY_URI", proxyUrl),
            ("AUTOREST_DOCS", "on"),
            // Named statements of a session are lost in a transaction pool before PgBouncer 1.21.
            ("PGRST_DB_PREPARED_STATEMENTS", pooler is null or { PreparesStatements: true } ? "true" : "false")])
        {
            if (System.Environment.GetEnvironmentVariable(name) is null)
            {
                variables[name] = value;
            }
        }

        // libpq's variables would fill in whatever the URIs leave open: a PGSSLMODE or PGOPTIONS meant for another database.
        foreach (var name in System.Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(IsLibpq))
        {
            variables[name] = null;
        }

        return variables;
    }

    /// <summary><c>PGHOST</c> and its like, but not <c>PGRST_…</c>.</summary>
    internal static bool IsLibpq(string variable) => variable.StartsWith("PG", StringComparison.Ordinal) && !variable.Contains('_', StringComparison.Ordinal);

    /// <summary>Ready when its admin port says so; where that does not answer, when the API port does not say 503.</summary>
    internal static async Task<string?> Probe(Ports ports, CancellationToken cancel)
    {
        var ready = await Http.Status(new Uri($"http://127.0.0.1:{ports.Admin}/ready"), null, cancel);
        if (ready is HttpStatusCode.OK)
        {
            return null;
        }

        if (ready is not (null or HttpStatusCode.NotFound))
        {
            return "not ready: waiting for the database and the schema cache";
        }

        return await Http.Status(new Uri($"http://127.0.0.1:{ports.Server}/"), null, cancel) switch
        {
            null => "not listening yet",
            HttpStatusCode.ServiceUnavailable => "not ready: it answers 503",
            _ => null,
        };
    }
}
