using AutoRest.Introspection;
using AutoRest.Server.Sql;
using Npgsql;
using NpgsqlTypes;

namespace AutoRest.Server.Configuration;

/// <summary>Reads the settings that are kept in the database.</summary>
/// <remarks>contract/configuration.md §6.</remarks>
public static class DatabaseSettings
{
    /// <summary>$1: the recognised names, joined by commas; $2: what an untouched name holds. Columns of type text only: the driver loads no types.</summary>
    public const string Sql = """
        WITH recognised AS (
          SELECT pg_catalog.unnest(pg_catalog.string_to_array($1, ',')) AS name
        ),
        -- From the catalog, not through current_setting: a change shows without a new connection.
        stored AS (
          SELECT pg_catalog.split_part(e, '=', 1) AS name,
                 pg_catalog.substr(e, pg_catalog.strpos(e, '=') + 1) AS value,
                 -- For the role in this database before for the role everywhere.
                 CASE WHEN s.setdatabase = 0 THEN 2 ELSE 1 END AS priority
          FROM pg_catalog.pg_db_role_setting AS s
          CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) AS e
          WHERE s.setrole = (SELECT r.oid FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user)
            AND s.setdatabase IN (0, (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()))
        ),
        candidates AS (
          SELECT stored.name, stored.value, stored.priority FROM stored JOIN recognised ON recognised.name = stored.name
          UNION ALL
          -- What the pre-config function set in this transaction. $2 is empty when there is no function, or it yielded no row.
          SELECT recognised.name, pg_catalog.current_setting(recognised.name, true), 3
          FROM recognised
          WHERE $2 <> '' AND pg_catalog.current_setting(recognised.name, true) <> $2
        )
        SELECT DISTINCT ON (name) name, value FROM candidates ORDER BY name, priority
        """;

    /// <summary>What a name holds while the pre-config function has not set it.</summary>
    const string Untouched = "\u0001";

    /// <summary>
    /// A name once set in a session stays there as an empty text, and would count as set to empty. $1: the names; $2: <see cref="Untouched"/>.
    /// </summary>
    const string MarkSql = """
        SELECT pg_catalog.count(pg_catalog.set_config(name, $2, true))::pg_catalog.text
        FROM pg_catalog.unnest(pg_catalog.string_to_array($1, ',')) AS name
        WHERE pg_catalog.current_setting(name, true) = ''
        """;

    /// <summary>The settings by their full names (<c>pgrst.db_schemas</c>). Runs in a read-only transaction of its own.</summary>
    /// <param name="connection">Open, as the authenticator.</param>
    /// <param name="preConfig"><c>db-pre-config</c> as it was known before this read.</param>
    /// <exception cref="NpgsqlException">
    /// The settings could not be read: the caller logs it and keeps those it read last (contract/configuration.md §6, decision).
    /// </exception>
    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(
        NpgsqlConnection connection, QualifiedIdentifier? preConfig, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY", cancellationToken);
        try
        {
            var configured = preConfig is { } function && await CallAsync(connection, function, cancellationToken);
            var settings = new Dictionary<string, string>(StringComparer.Ordinal);
            await using var command = Command(connection, Sql, configured ? Untouched : "");
            await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            {
                while (await reader.ReadAsync(cancellationToken))
                {
                    settings[reader.GetString(0)] = reader.GetString(1);
                }
            }

            return settings;
        }
        finally
        {
            // Nothing was written, and what the function set is to end here. Not cancelled: the connection goes back to its pool.
            if (connection.FullState == System.Data.ConnectionState.Open)
            {
                await ExecuteAsync(connection, "ROLLBACK", CancellationToken.None);
            }
        }
    }

    /// <summary>True when the function yielded a row; one that returns a set and yields none contributes nothing.</summary>
    static async Task<bool> CallAsync(NpgsqlConnection connection, QualifiedIdentifier function, CancellationToken cancellationToken)
    {
        await using var mark = Command(connection, MarkSql, Untouched);
        await mark.ExecuteNonQueryAsync(cancellationToken);
        var sql = new SqlWriter();
        sql.Append($"SELECT pg_catalog.count(*)::pg_catalog.text FROM {function}()");
        await using var command = new NpgsqlCommand(sql.Build().Text, connection);
        return await command.ExecuteScalarAsync(cancellationToken) is string count && count != "0";
    }

    static NpgsqlCommand Command(NpgsqlConnection connection, string sql, string untouched) => new(sql, connection)
    {
        Parameters =
        {
            new NpgsqlParameter { Value = string.Join(',', Setting.DatabaseNames), NpgsqlDbType = NpgsqlDbType.Text },
            new NpgsqlParameter { Value = untouched, NpgsqlDbType = NpgsqlDbType.Text },
        },
    };

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
