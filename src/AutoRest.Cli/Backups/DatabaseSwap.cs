using AutoRest.Cli.Database;
using AutoRest.Cli.Processes;
using Npgsql;

namespace AutoRest.Cli.Backups;

/// <summary>Builds a database beside the one in use, and puts it in its place when it is complete. Until then nothing is changed.</summary>
sealed class DatabaseSwap(DatabaseTarget target)
{
    static readonly NpgsqlCommandBuilder Quoting = new();

    /// <summary>
    /// 1. Creates a database like the one in use. 2. Has it filled. 3. Gives it the same owner, rights and settings. 4. Holds connections off
    /// and exchanges the names, both in one transaction. 5. Lets connections in again, waits until they get in, and tells the servers.
    /// </summary>
    /// <param name="fill">Fills the database of that name; when it throws, the new database is dropped and that is all.</param>
    /// <param name="purpose">Part of the new database's name while it is built.</param>
    /// <param name="keepProperties">Whether step 3 is done: what is filled may give the database its own.</param>
    /// <returns>Name of the database that was in use before, or <see langword="null"/> when there was none.</returns>
    public async Task<string?> Run(string purpose, bool keepProperties, Func<string, Task> fill, CancellationToken cancel)
    {
        var stamp = BackupFile.Stamp(DateTimeOffset.UtcNow);
        // 63 bytes is the longest name PostgreSQL keeps; ours must not be cut to the same.
        var root = target.Database.Length > 30 ? target.Database[..30] : target.Database;
        var (fresh, old) = ($"{root}_{purpose}_{stamp}", $"{root}_before_{stamp}");
        await using var server = await target.Open(cancel, Beside);
        var exists = await Scalar(server, "SELECT count(*) FROM pg_database WHERE datname = $1", cancel, target.Database) is 1L;
        await Execute(server, await Creation(server, fresh, exists, cancel), cancel);
        try
        {
            await fill(fresh);
            if (exists && keepProperties)
            {
                await CopyProperties(server, fresh, cancel);
            }

            await Exchange(server, fresh, exists ? old : null, cancel);
        }
        catch
        {
            // Not cancelled: half of a database is of no use to anybody.
            await Undo(server, connection => Execute(connection, $"DROP DATABASE IF EXISTS {Quote(fresh)} WITH (FORCE)", CancellationToken.None));
            throw;
        }

        await using var database = await target.Open(cancel);
        // A server that lost its connections loads everything anew by itself; one that noticed nothing is told.
        await Execute(database, "NOTIFY pgrst, 'reload config'; NOTIFY pgrst, 'reload schema'", cancel);
        return exists ? old : null;
    }

    // What must be put right in any case, on another connection when this one is gone: Ctrl-C ends what leads into a container as well.
    async Task Undo(NpgsqlConnection server, Func<NpgsqlConnection, Task> work)
    {
        try
        {
            await work(server);
        }
        catch (Exception e) when (e is InvalidOperationException or NpgsqlException and not PostgresException { Severity: "ERROR" })
        {
            await using var again = await target.Open(CancellationToken.None, Beside);
            await work(again);
        }
    }

    // Where one can be while ours gets another name.
    string Beside => target.Database == "postgres" ? "template1" : "postgres";

    /// <summary>Drops the database that was in use before.</summary>
    public async Task Drop(string old, CancellationToken cancel)
    {
        await using var server = await target.Open(cancel, "template1");
        await Execute(server, $"DROP DATABASE {Quote(old)} WITH (FORCE)", cancel);
    }

    // Same encoding and locale: with others the restored indexes would order differently.
    async Task<string> Creation(NpgsqlConnection server, string fresh, bool exists, CancellationToken cancel) => $"CREATE DATABASE {Quote(fresh)} TEMPLATE template0"
        + (exists ? await Scalar(server, """
            SELECT format(' ENCODING %L LC_COLLATE %L LC_CTYPE %L', pg_encoding_to_char(encoding), datcollate, datctype)
                || CASE j ->> 'datlocprovider'
                    WHEN 'i' THEN format(' LOCALE_PROVIDER icu ICU_LOCALE %L', coalesce(j ->> 'datlocale', j ->> 'daticulocale'))
                    WHEN 'b' THEN format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L', j ->> 'datlocale')
                    ELSE '' END
            FROM pg_database d, to_jsonb(d) AS j WHERE datname = $1
            """, cancel, target.Database) : "");

    // A dump holds what is in the database, not what is said about it.
    async Task CopyProperties(NpgsqlConnection server, string fresh, CancellationToken cancel)
    {
        var rights = await Scalar(server, """
            SELECT format('ALTER DATABASE %1$I OWNER TO %2$I; ALTER DATABASE %1$I CONNECTION LIMIT %3$s;', $2::text, pg_get_userbyid(datdba), datconnlimit)
                || CASE WHEN datacl IS NULL THEN '' ELSE format('REVOKE ALL ON DATABASE %I FROM PUBLIC, %I;', $2::text, pg_get_userbyid(datdba))
                    || coalesce((SELECT string_agg(format('GRANT %s ON DATABASE %I TO %s%s;', privilege_type, $2::text,
                        CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END, CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END), '')
                        FROM aclexplode(datacl)), '') END
            FROM pg_database WHERE datname = $1
            """, cancel, target.Database, fresh);
        // FROM CURRENT: PostgreSQL itself knows which settings are lists and how their parts are quoted.
        var settings = await Scalar(server, """
            SELECT string_agg(format('SELECT set_config(%L, %L, true);', name, value) || CASE WHEN setrole = 0 THEN format('ALTER DATABASE %I SET %s FROM CURRENT;', $2::text, guc)
                ELSE format('ALTER ROLE %I IN DATABASE %I SET %s FROM CURRENT;', pg_get_userbyid(setrole), $2::text, guc) END, '')
            FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
                CROSS JOIN LATERAL unnest(setconfig) AS one
                CROSS JOIN LATERAL (SELECT split_part(one, '=', 1) AS name, substr(one, strpos(one, '=') + 1) AS value) AS parts
                CROSS JOIN LATERAL (SELECT string_agg(quote_ident(part), '.') AS guc FROM unnest(string_to_array(name, '.')) AS part) AS quoted
            WHERE datname = $1
            """, cancel, target.Database, fresh);
        await using var transaction = await server.BeginTransactionAsync(cancel);
        await Execute(server, $"{rights}{settings}", cancel);
        await transaction.CommitAsync(cancel);
    }

    async Task Exchange(NpgsqlConnection server, string fresh, string? old, CancellationToken cancel)
    {
        if (old is null)
        {
            await Execute(server, $"ALTER DATABASE {Quote(fresh)} RENAME TO {Quote(target.Database)}", cancel);
            return;
        }

        // Behind a paused pooler requests wait; without one they are refused for this moment.
        var console = target.Stack is { } stack ? PgBouncerConsole.Of(stack) : null;
        var paused = console is not null && await console.Pause(target.Database, cancel);
        try
        {
            await Execute(server, $"ALTER DATABASE {Quote(target.Database)} ALLOW_CONNECTIONS false", cancel);
            try
            {
                await Empty(server, target.Database, cancel);
                await Empty(server, fresh, cancel);
                await using var transaction = await server.BeginTransactionAsync(cancel);
                await Execute(server, $"ALTER DATABASE {Quote(target.Database)} RENAME TO {Quote(old)}; ALTER DATABASE {Quote(fresh)} RENAME TO {Quote(target.Database)}", cancel);
                await transaction.CommitAsync(cancel);
            }
            finally
            {
                await Undo(server, async connection =>
                {
                    // Whichever name it has now.
                    foreach (var name in (string[])[target.Database, old])
                    {
                        if (await Scalar(connection, "SELECT NOT datallowconn FROM pg_database WHERE datname = $1", CancellationToken.None, name) is true)
                        {
                            await Execute(connection, $"ALTER DATABASE {Quote(name)} ALLOW_CONNECTIONS true", CancellationToken.None);
                        }
                    }
                });
            }
        }
        finally
        {
            if (paused)
            {
                await console!.Resume(target.Database);
            }
        }

        if (paused)
        {
            await Served(cancel);
        }
    }

    // A pooler that met the closed database, as to keep its smallest pool filled, lets nobody in for server_login_retry seconds.
    async Task Served(CancellationToken cancel)
    {
        for (var i = 0; i < 50; i++)
        {
            try
            {
                await using var pooled = new NpgsqlConnection(DatabaseTarget.ForServer(target.Stack!).Connection.ConnectionString);
                await pooled.OpenAsync(cancel);
                await Scalar(pooled, "SELECT 1", cancel);
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                await Task.Delay(200, cancel);
            }
        }
    }

    static async Task Empty(NpgsqlConnection server, string database, CancellationToken cancel)
    {
        for (var i = 0; i < 200; i++)
        {
            if (await Scalar(server, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()", cancel, database) is 0L)
            {
                return;
            }

            await Task.Delay(50, cancel);
        }

        throw new CliError($"Somebody keeps using the database {database} (see pg_stat_activity): nothing was changed, try again later.");
    }

    static string Quote(string name) => Quoting.QuoteIdentifier(name);

    static async Task<object?> Scalar(NpgsqlConnection connection, string sql, CancellationToken cancel, params string[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
        }

        return await command.ExecuteScalarAsync(cancel);
    }

    static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancel);
    }
}
