using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Data;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace AutoRest.Introspection;

/// <summary>Runs the queries of <c>Catalog/</c>. contract/schema-cache.md §1, §9.</summary>
/// <remarks>
/// All results are text, bool, int and bigint, and parameters are sent as text: it works on a connection that loaded no types
/// (<c>ServerCompatibilityMode=NoTypeLoading</c>, a slim data source without arrays).
/// </remarks>
public static class CatalogReader
{
    /// <summary>The oldest <c>server_version_num</c> that is supported.</summary>
    public const int MinimumServerVersion = 140000;

    /// <summary>Reads all facts in one read-only transaction, so that they are of one moment, and in three round trips.</summary>
    /// <param name="connection">Open, without a transaction.</param>
    /// <param name="schemas">The exposed schemas, <c>db-schemas</c>.</param>
    /// <param name="extraSearchPath">Schemas whose views may be intermediate steps of tracing, <c>db-extra-search-path</c>.</param>
    /// <param name="operators">Operators to look for, each once; an empty schema is any of the search path. Without any, nothing is asked.</param>
    /// <exception cref="PostgresException">3F000 when a schema does not exist.</exception>
    /// <exception cref="NotSupportedException">The server is older than <see cref="MinimumServerVersion"/>.</exception>
    public static async Task<CatalogFacts> ReadAsync(
        NpgsqlConnection connection, ImmutableArray<string> schemas, ImmutableArray<string> extraSearchPath, CancellationToken ct,
        ImmutableArray<QualifiedIdentifier> operators = default)
    {
        operators = operators.IsDefault ? [] : operators;
        var exposed = ArrayLiteral(schemas);
        var extra = ArrayLiteral(extraSearchPath);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SET TRANSACTION READ ONLY"));
        // Makes the catalog functions print every name outside pg_catalog with its schema: these texts go into generated SQL.
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SET LOCAL search_path = ''"));
        // Catalog estimates of a large, fresh database cross jit_above_cost; compiling takes longer than running.
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SET LOCAL jit = off"));
        // A reload runs beside the requests: one core of the database is enough for it. What it sorts and hashes of 10,000 tables (bench/introspection) fits
        // into this memory, whether the server allows less or more by default.
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SET LOCAL max_parallel_workers_per_gather = 0"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SET LOCAL work_mem = '32MB'"));
        batch.BatchCommands.Add(Query("server_version"));
        batch.BatchCommands.Add(Query("schemas", exposed, extra));
        batch.BatchCommands.Add(Query("relations", exposed));
        batch.BatchCommands.Add(Query("columns", exposed));
        batch.BatchCommands.Add(Query("named_types"));
        batch.BatchCommands.Add(Query("keys"));
        batch.BatchCommands.Add(Query("foreign_keys"));
        batch.BatchCommands.Add(Query("view_definitions", exposed, extra));
        batch.BatchCommands.Add(Query("routines", exposed));
        batch.BatchCommands.Add(Query("routine_parameters", exposed));
        batch.BatchCommands.Add(Query("routine_settings", exposed));
        batch.BatchCommands.Add(Query("computed_relationships", exposed));
        batch.BatchCommands.Add(Query("representations"));
        batch.BatchCommands.Add(Query("media_handlers", exposed));
        if (!operators.IsEmpty)
        {
            batch.BatchCommands.Add(Query(
                "operators", ArrayLiteral([.. operators.Select(static o => o.Schema)]), ArrayLiteral([.. operators.Select(static o => o.Name)]), exposed, extra));
        }

        CatalogFacts facts;
        var asked = Stopwatch.GetTimestamp();
        await using (var reader = await batch.ExecuteReaderAsync(ct))
        {
            // In the order of the batch.
            var results = new Results(reader, asked);
            var version = (await results.ReadAsync("server_version", static r => r.GetInt32(0), ct))[0];
            if (version < MinimumServerVersion)
            {
                throw new NotSupportedException(
                    $"PostgreSQL {version / 10000} is not supported: {MinimumServerVersion / 10000} or newer is needed.");
            }

            facts = new CatalogFacts(
                version,
                await results.ReadAsync("schemas", static r => new ExposedSchema(r.GetString(0), Text(r, 1)), ct),
                await results.ReadAsync("relations", static r => new RelationRow(
                    r.GetInt64(0), Name(r, 1), r.GetString(3)[0], Text(r, 4), r.GetInt32(5), r.GetBoolean(6)), ct),
                await ReadColumnsAsync(results, ct),
                ColumnTypes: [],
                await results.ReadAsync("named_types", static r => new NamedTypeRow(r.GetString(0), r.GetString(1), Text(r, 2)), ct),
                await results.ReadAsync("keys", static r => new KeyRow(
                    r.GetInt64(0), r.GetString(1), r.GetBoolean(2), ColumnNumbers(r.GetString(3))), ct),
                await results.ReadAsync("foreign_keys", static r => new ForeignKeyRow(
                    r.GetInt64(0), r.GetInt64(1), r.GetString(2), ColumnNumbers(r.GetString(3)), ColumnNumbers(r.GetString(4))), ct),
                await results.ReadAsync("view_definitions", static r => new ViewRow(r.GetInt64(0), Definition(r, 1)), ct),
                await results.ReadAsync("routines", static r => new RoutineRow(
                    r.GetInt64(0), Name(r, 1), Text(r, 3), r.GetString(4)[0], r.GetBoolean(5), r.GetBoolean(6), r.GetBoolean(7),
                    Name(r, 8), r.GetString(10)), ct),
                await results.ReadAsync("routine_parameters", static r => new RoutineParameterRow(
                    r.GetInt64(0), new RoutineParameter(r.GetString(1), r.GetString(2), r.GetString(3), r.GetBoolean(4), r.GetBoolean(5))), ct),
                await results.ReadAsync("routine_settings", static r => new RoutineSettingRow(r.GetInt64(0), r.GetString(1)), ct),
                await results.ReadAsync("computed_relationships", static r => new ComputedRelationshipRow(
                    Name(r, 0), Name(r, 2), Name(r, 4), r.GetBoolean(6)), ct),
                await results.ReadAsync("representations", static r => new Representation(
                    r.GetString(0), r.GetString(1), Name(r, 2)), ct),
                await results.ReadAsync("media_handlers", static r => new MediaHandler(
                    r.IsDBNull(0) ? null : Name(r, 0), r.GetString(2), Name(r, 3), Name(r, 5), r.GetBoolean(7)), ct),
                []);
            facts = facts with
            {
                WantedOperators = operators,
                Operators = operators.IsEmpty ? [] : await results.ReadAsync("operators", static r => new OperatorRow(
                    Name(r, 0), new OperatorOverload(r.GetString(2), r.GetString(3), r.GetBoolean(4))), ct),
                Timings = results.Timings,
            };
        }

        facts = await WithColumnTypesAsync(facts, connection, transaction, ct);
        await transaction.CommitAsync(ct);
        return facts;
    }

    static async Task<CatalogFacts> WithColumnTypesAsync(CatalogFacts facts, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken ct)
    {
        // Known by now, so PostgreSQL need not look for them among all columns again: that would be a fifth of its work.
        var used = facts.Columns.Select(static c => (c.Type, c.Modifier)).ToHashSet();
        var asked = Stopwatch.GetTimestamp();
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(Query(
            "column_types",
            ArrayLiteral([.. used.Select(static u => u.Type.ToString(CultureInfo.InvariantCulture))]),
            ArrayLiteral([.. used.Select(static u => u.Modifier.ToString(CultureInfo.InvariantCulture))])));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var results = new Results(reader, asked);
        var types = await results.ReadAsync("column_types", static r => new ColumnTypeRow(
            r.GetInt64(0), r.GetInt32(1), r.GetInt64(2), r.GetString(3), r.GetString(4), r.GetString(5),
            r.IsDBNull(6) ? null : r.GetInt32(6), r.GetBoolean(7), Text(r, 8)), ct);
        return facts with { ColumnTypes = types, Timings = [.. facts.Timings, .. results.Timings] };
    }

    /// <summary>Reads what describing types needs besides the facts. Not for serving requests.</summary>
    /// <param name="connection">Open, without a transaction.</param>
    /// <param name="schemas">The exposed schemas, <c>db-schemas</c>.</param>
    public static async Task<TypeFacts> ReadTypesAsync(NpgsqlConnection connection, ImmutableArray<string> schemas, CancellationToken ct)
    {
        var exposed = ArrayLiteral(schemas);
        TypeFacts facts;
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SET TRANSACTION READ ONLY"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SET LOCAL search_path = ''"));
        batch.BatchCommands.Add(Query("types"));
        batch.BatchCommands.Add(Query("type_attributes"));
        batch.BatchCommands.Add(Query("routine_results", exposed));
        batch.BatchCommands.Add(Query("routine_arguments", exposed));
        await using (var reader = await batch.ExecuteReaderAsync(ct))
        {
            var results = new Results(reader, Stopwatch.GetTimestamp());
            facts = new TypeFacts(
                await results.ReadAsync("types", static r => new TypeRow(
                    r.GetInt64(0), Name(r, 1), r.GetString(3), r.GetString(4)[0], r.GetInt64(5), r.GetInt64(6), r.GetInt64(7)), ct),
                await results.ReadAsync("type_attributes", static r => new TypeAttributeRow(r.GetInt64(0), r.GetString(1), r.GetInt64(2)), ct),
                await results.ReadAsync("routine_results", static r => new RoutineResultRow(r.GetInt64(0), r.GetInt64(1), r.GetBoolean(2)), ct),
                await results.ReadAsync("routine_arguments", static r => new RoutineArgumentRow(
                    r.GetInt64(0), r.GetString(1), r.GetInt64(2), r.GetString(3)[0]), ct));
        }

        await transaction.CommitAsync(ct);
        return facts;
    }

    /// <summary>Settings of the roles requests may run as, by role name; roles without any are left out.</summary>
    /// <param name="connection">Open. A transaction is not needed.</param>
    public static async Task<FrozenDictionary<string, RoleSettings>> ReadRoleSettingsAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(Query("role_settings"));
        batch.BatchCommands.Add(Query(connection.PostgreSqlVersion.Major >= 15 ? "settable_parameters" : "settable_parameters_14"));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var results = new Results(reader, Stopwatch.GetTimestamp());
        var rows = await results.ReadAsync("role_settings", static r => new RoleSettingRow(r.GetString(0), r.GetString(1)), ct);
        var settable = await results.ReadAsync("settable_parameters", static r => r.GetString(0), ct);
        return Settings.OfRoles(rows, settable.ToFrozenSet(StringComparer.Ordinal));
    }

    static NpgsqlBatchCommand Query(string name, params ReadOnlySpan<string> parameters)
    {
        var command = new NpgsqlBatchCommand(CatalogSql.Text(name));
        foreach (var parameter in parameters)
        {
            // Unknown: sent as text and cast by the query, so that the driver need not know arrays.
            command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Unknown, Value = parameter });
        }

        return command;
    }

    static Task<ImmutableArray<ColumnRow>> ReadColumnsAsync(Results results, CancellationToken ct)
    {
        // A large database has many columns and few different names and defaults: each text is kept once.
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        return results.ReadAsync("columns", r => new ColumnRow(
            r.GetInt64(0), r.GetInt32(1), Shared(r.GetString(2)), Text(r, 3), r.GetBoolean(4), r.GetInt64(5), r.GetInt32(6),
            r.GetString(7) is [var identity] ? identity : '\0', r.GetBoolean(8), r.IsDBNull(9) ? null : Shared(r.GetString(9))), ct);

        string Shared(string text) => texts.TryAdd(text, text) ? text : texts[text];
    }

    static QualifiedIdentifier Name(NpgsqlDataReader reader, int ordinal) => new(reader.GetString(ordinal), reader.GetString(ordinal + 1));

    static string? Text(NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);

    /// <summary>Definitions are long texts of which a few numbers are wanted: they pass through a borrowed buffer.</summary>
    static ImmutableArray<ViewColumn> Definition(NpgsqlDataReader reader, int ordinal)
    {
        using var stream = reader.GetStream(ordinal);
        var length = (int)stream.Length;
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        var characters = ArrayPool<char>.Shared.Rent(length);
        stream.ReadExactly(bytes, 0, length);
        var columns = ViewDefinition.Parse(characters.AsSpan(0, Encoding.UTF8.GetChars(bytes.AsSpan(0, length), characters)));

        // Not after an exception: then they are garbage, which does no harm.
        ArrayPool<byte>.Shared.Return(bytes);
        ArrayPool<char>.Shared.Return(characters);
        return columns;
    }

    static ImmutableArray<int> ColumnNumbers(string text)
    {
        var numbers = new int[text.AsSpan().Count(' ') + 1];
        var at = 0;
        foreach (var range in text.AsSpan().Split(' '))
        {
            numbers[at++] = int.Parse(text.AsSpan(range), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(numbers);
    }

    /// <summary>PostgreSQL's text form of a one-dimensional array.</summary>
    static string ArrayLiteral(ImmutableArray<string> items)
    {
        var text = new StringBuilder("{");
        foreach (var item in items)
        {
            var escaped = item.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
            text.Append(text.Length > 1 ? ",\"" : "\"").Append(escaped).Append('"');
        }

        return text.Append('}').ToString();
    }

    /// <param name="asked">When the queries were sent, by <see cref="Stopwatch.GetTimestamp"/>.</param>
    sealed class Results(NpgsqlDataReader reader, long asked)
    {
        readonly ImmutableArray<QueryTiming>.Builder _timings = ImmutableArray.CreateBuilder<QueryTiming>();
        long _since = asked;

        public ImmutableArray<QueryTiming> Timings => _timings.ToImmutable();

        /// <summary>All rows of the current result; then goes to the next.</summary>
        public async Task<ImmutableArray<T>> ReadAsync<T>(string query, Func<NpgsqlDataReader, T> row, CancellationToken ct)
        {
            var rows = ImmutableArray.CreateBuilder<T>();
            while (await reader.ReadAsync(ct))
            {
                rows.Add(row(reader));
                Politeness.GiveWay(rows.Count, every: 64);
            }

            var now = Stopwatch.GetTimestamp();
            _timings.Add(new QueryTiming(query, Stopwatch.GetElapsedTime(_since, now)));
            _since = now;
            await reader.NextResultAsync(ct);
            return rows.DrainToImmutable();
        }
    }
}
