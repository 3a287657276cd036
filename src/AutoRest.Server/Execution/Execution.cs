using System.Data;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using AutoRest.Server.Queries;
using AutoRest.Server.Sql;
using Npgsql;

namespace AutoRest.Server.Execution;

/// <summary>What a result says besides its rows.</summary>
/// <param name="Total">Rows there are without the page; null when nobody counted.</param>
/// <param name="PageRows">Rows on the page; null while it still streams.</param>
/// <param name="ResponseHeaders"><c>response.headers</c>.</param>
/// <param name="ResponseStatus"><c>response.status</c>.</param>
/// <param name="Inserted">Inserted minus updated rows of an upsert.</param>
/// <param name="LocatedRow">The inserted row as JSON, for <c>Location</c>.</param>
public sealed record DbResult(
    long? Total, long? PageRows, string? ResponseHeaders, string? ResponseStatus, long? Inserted, string? LocatedRow)
{
    public static DbResult None { get; } = new(null, null, null, null, null, null);
}

/// <summary>A batch under way, standing at its main query. Disposing returns the connection; an open transaction is rolled back.</summary>
public sealed class Execution : IAsyncDisposable
{
    readonly Database _database;
    readonly NpgsqlConnection _connection;
    readonly NpgsqlBatch _batch;
    readonly RequestStatements _statements;
    readonly List<PreparedStatements.Shape> _shapes = [];
    readonly bool _prepares;
    readonly bool _tellsPosition;
    readonly long _started = Stopwatch.GetTimestamp();
    NpgsqlDataReader _reader = null!;
    long? _plannedRows;
    NpgsqlBatchCommand? _position;
    bool _transactionOpen;
    bool _preparing;
    bool? _isUtc;

    /// <summary>Rows are on their way that nobody has asked for yet.</summary>
    bool _rowsPending;

    internal Execution(Database database, NpgsqlConnection connection, RequestStatements statements)
    {
        _database = database;
        _connection = connection;
        _batch = new NpgsqlBatch(connection);
        _statements = statements;
        _prepares = database.Prepares;
        _tellsPosition = database.TellsPosition && statements.Frame is { ReadOnly: false, RollBack: false };
        _transactionOpen = statements.Frame.IsExplicit || CommitsInBatch;
    }

    /// <summary>
    /// The batch says BEGIN and COMMIT itself, because something follows the commit. Not by a Sync between them: a pooler may give what follows it another
    /// connection.
    /// </summary>
    internal bool CommitsInBatch => _tellsPosition && !_statements.Frame.IsExplicit;

    /// <summary>A position of the log that includes the commit of this write, once it is committed; null where nobody asked, or it could not be read.</summary>
    public string? Position { get; private set; }

    /// <summary>
    /// Asked for after the commit. The insert position, not what is written or flushed: a commit that does not wait (<c>synchronous_commit = off</c>) is
    /// ahead of both.
    /// </summary>
    internal void AddPosition() => _batch.BatchCommands.Add(_position = new NpgsqlBatchCommand(Note(PositionText)));

    const string PositionText = "SELECT pg_catalog.pg_current_wal_insert_lsn()::pg_catalog.text";

    internal void Add(string text, IReadOnlyList<Parameter> parameters, bool isUnnamed = false)
    {
        var command = new NpgsqlBatchCommand(isUnnamed && _prepares ? _database.Statements.Unprepared(_connection, text) : Note(text));
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(Executor.ParameterOf(parameter));
        }

        _batch.BatchCommands.Add(command);
    }

    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            // The reader belongs to this execution, which disposes of it.
            _reader = await _batch.ExecuteReaderAsync(CommandBehavior.Default, cancellationToken);
        }
        catch (Exception e) when (e is not PostgresException && _prepares && !_preparing && _connection.State == ConnectionState.Open)
        {
            // The client left before the driver saw the texts, perhaps: uses that were noted may not have been.
            _database.Statements.Forget(_connection.ProcessID);
            throw;
        }

        await SkipToMainAsync(cancellationToken);
    }

    /// <summary>The session's time zone is UTC.</summary>
    internal bool IsUtc => _isUtc ??= _database.NoteZone(_connection);

    /// <summary>
    /// False when the session's time zone is not the one the statement was made for, or when the columns are of other types than the schema cache said,
    /// so that their bytes would be misread: the table was altered, and nobody has told the server.
    /// </summary>
    internal bool Gives(ResultShape.Rows rows)
    {
        var ordinal = rows.HasTotal ? 2 : 0;
        foreach (var column in rows.Shape.Columns)
        {
            if (column.Encoding == ColumnEncoding.TimestampUtc && !IsUtc)
            {
                return false;
            }

            if (column.Members.IsDefault)
            {
                if (!RowEncoder.Reads(column.Encoding, _reader.GetDataTypeOID(ordinal++)))
                {
                    return false;
                }

                continue;
            }

            var isArray = column.Encoding == ColumnEncoding.ArrayOfObjects;
            ordinal += isArray ? 0 : 1;
            foreach (var member in column.Members)
            {
                if (member.Encoding == ColumnEncoding.TimestampUtc && !IsUtc)
                {
                    return false;
                }

                var type = _reader.GetDataTypeOID(ordinal++);
                if (!RowEncoder.Reads(member.Encoding, isArray ? EmbedEncoder.ElementTypeOf(type) : type))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>The text to send for a statement, and a note whether it is being prepared by this use.</summary>
    string Note(string text)
    {
        if (!_prepares)
        {
            return text;
        }

        if (_database.Statements.Note(_connection, text, out var sent, out var preparing) is { } shape)
        {
            _shapes.Add(shape);
        }

        _preparing |= preparing;
        return sent;
    }

    /// <summary>Everything noted so far succeeded.</summary>
    void Settle()
    {
        if (_prepares)
        {
            _database.Statements.Succeeded(_connection, _shapes);
            _shapes.Clear();
            _preparing = false;
        }
    }

    /// <summary><c>response.headers</c> and <c>response.status</c> as the pre-request function left them.</summary>
    public (string? Headers, string? Status) PreRequestSettings { get; private set; }

    /// <summary>Rows the planner expects, with <c>count=planned</c> or <c>estimated</c>.</summary>
    public long? PlannedRows => _plannedRows;

    async Task SkipToMainAsync(CancellationToken cancellationToken)
    {
        // BEGIN has no result; the session statement's and the pre-request function's rows say nothing.
        if (_statements.PreRequest is not null)
        {
            await _reader.NextResultAsync(cancellationToken);
            if (await _reader.ReadAsync(cancellationToken))
            {
                PreRequestSettings = (Text(1), Text(2));
            }
        }

        if (_statements.CountPlan is not null)
        {
            await _reader.NextResultAsync(cancellationToken);
            if (await _reader.ReadAsync(cancellationToken))
            {
                _plannedRows = ReadPlanRows(_reader.GetFieldValue<RawValue>(0).Bytes);
            }
        }

        await _reader.NextResultAsync(cancellationToken);
    }

    static long? ReadPlanRows(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span);
        while (reader.Read())
        {
            // The top node comes first.
            if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("Plan Rows"u8))
            {
                reader.Read();
                return reader.TryGetInt64(out var rows) ? rows : (long)reader.GetDouble();
            }
        }

        return null;
    }

    /// <summary>The one row of an aggregate shape: head, and body copied into <paramref name="body"/>.</summary>
    public async Task<DbResult> ReadAggregateAsync(PooledBuffer body, CancellationToken cancellationToken)
    {
        await _reader.ReadAsync(cancellationToken);
        if (!_reader.IsDBNull(2))
        {
            var bytes = _reader.GetFieldValue<RawValue>(2).Bytes.Span;

            // A handler's jsonb comes behind its version byte.
            body.Write(_reader.GetDataTypeOID(2) == JsonbOid ? bytes[1..] : bytes);
        }

        return new DbResult(
            _reader.IsDBNull(0) ? null : _reader.GetInt64(0),
            _reader.GetInt64(1),
            Text(3),
            Text(4),
            Text(5) is { } inserted ? long.Parse(inserted, System.Globalization.CultureInfo.InvariantCulture) : null,
            _reader.IsDBNull(6) ? null : Encoding.UTF8.GetString(_reader.GetFieldValue<RawValue>(6).Bytes.Span));
    }

    const uint JsonbOid = 3802;

    string? Text(int ordinal) => _reader.IsDBNull(ordinal) ? null : _reader.GetString(ordinal);

    /// <summary>Lines of an execution plan, each followed by a newline.</summary>
    public async Task ReadLinesAsync(PooledBuffer body, CancellationToken cancellationToken)
    {
        while (await _reader.ReadAsync(cancellationToken))
        {
            body.Write(_reader.GetFieldValue<RawValue>(0).Bytes.Span);
            body.Write((byte)'\n');
        }
    }

    /// <summary>
    /// Encodes rows until the buffer holds <paramref name="pause"/> bytes or the rows end.
    /// </summary>
    /// <returns>The total, when the shape carries one, and whether the rows ended.</returns>
    internal async Task<(long? Total, bool Ended)> ReadRowsAsync(
        RowEncoder encoder, bool hasTotal, PooledBuffer body, int pause, CancellationToken cancellationToken)
    {
        long? total = null;

        // While the driver reads, it cancels by itself.
        _rowsPending = false;
        while (body.WrittenCount < pause)
        {
            if (!await _reader.ReadAsync(cancellationToken))
            {
                return (total, true);
            }

            if (hasTotal)
            {
                total ??= _reader.GetInt64(0);
                if (_reader.IsDBNull(1))
                {
                    // The total came alone: there is no row on this page.
                    continue;
                }
            }

            encoder.Encode(_reader, body);
        }

        _rowsPending = true;
        return (total, false);
    }

    /// <summary>
    /// The settings the request's functions left, and the end of an implicit transaction: when this returns, the commit has succeeded.
    /// </summary>
    public async Task<(string? Headers, string? Status)> FinishAsync(CancellationToken cancellationToken)
    {
        (string?, string?) settings = (null, null);
        if (_statements.ReadsResponseSettings && await _reader.NextResultAsync(cancellationToken) && await _reader.ReadAsync(cancellationToken))
        {
            settings = (Text(0), Text(1));
        }

        // A deferred constraint fails here, at the Sync that ends the batch or at its COMMIT, after its rows arrived.
        if (CommitsInBatch)
        {
            await ReadPositionAsync(cancellationToken);
            return settings;
        }

        while (await _reader.NextResultAsync(cancellationToken))
        {
        }

        await _reader.DisposeAsync();
        Settle();
        return settings;
    }

    async Task ReadPositionAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await _reader.NextResultAsync(cancellationToken) && await _reader.ReadAsync(cancellationToken))
            {
                Position = Text(0);
            }

            await _reader.DisposeAsync();
            Settle();
        }
        catch (PostgresException e) when (e.BatchCommand is { } failed && ReferenceEquals(failed, _position))
        {
            // The commit succeeded before: the write is answered, without a position.
            _database.NoteMissingPosition(e);
        }

        _transactionOpen = false;
    }

    /// <summary>Runs deferred constraints now, so that a transaction rolled back on purpose still reports them.</summary>
    public Task CheckConstraintsAsync(CancellationToken cancellationToken) =>
        _statements.Frame is { IsExplicit: true, RollBack: true, ReadOnly: false } ? RunAsync("SET CONSTRAINTS ALL IMMEDIATE", cancellationToken) : Task.CompletedTask;

    /// <summary>Ends an explicit transaction as its frame says.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        if (!_transactionOpen)
        {
            return;
        }

        // A client that leaves now gets the write wholly or not at all: the commit itself is not cancelled.
        if (_tellsPosition)
        {
            await CommitAsync();
            return;
        }

        await RunAsync(_statements.Frame.RollBack ? "ROLLBACK" : "COMMIT", CancellationToken.None);
        _transactionOpen = false;
    }

    /// <summary>COMMIT and the position behind it, in one exchange.</summary>
    async Task CommitAsync()
    {
        await using var batch = new NpgsqlBatch(_connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Note("COMMIT")));
        batch.BatchCommands.Add(_position = new NpgsqlBatchCommand(Note(PositionText)));
        try
        {
            Position = await batch.ExecuteScalarAsync(CancellationToken.None) as string;
            Settle();
        }
        catch (PostgresException e) when (e.BatchCommand is { } failed && ReferenceEquals(failed, _position))
        {
            // As in ReadPositionAsync.
            _database.NoteMissingPosition(e);
        }

        _transactionOpen = false;
    }

    async Task RunAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Note(sql), _connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
        Settle();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_reader is not null)
            {
                await CloseReaderAsync();
            }

            if (_preparing && _connection.State == ConnectionState.Open)
            {
                await ForgetStatementsAsync();
            }
        }
        finally
        {
            await _batch.DisposeAsync();

            // Closing rolls back whatever transaction is still open before the connection is anybody else's.
            await _connection.DisposeAsync();
            _database.Times?.Add(0, Stopwatch.GetTimestamp() - _started);
        }
    }

    /// <summary>Closing a reader reads whatever is left: for a client that left while it was being sent rows, that might be millions.</summary>
    async Task CloseReaderAsync()
    {
        if (!_rowsPending)
        {
            await _reader.DisposeAsync();
            return;
        }

        _batch.Cancel();
        try
        {
            await _reader.DisposeAsync();
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.QueryCanceled)
        {
            // What was asked for.
        }
    }

    /// <summary>A batch failed while statements were being prepared: the connection forgets all of them, on both sides.</summary>
    async Task ForgetStatementsAsync()
    {
        try
        {
            if (_transactionOpen)
            {
                await using var rollback = new NpgsqlCommand(_database.Statements.Unprepared("ROLLBACK"), _connection);
                await rollback.ExecuteNonQueryAsync(CancellationToken.None);
            }

            _connection.UnprepareAll();
            _database.Statements.Forget(_connection.ProcessID);
        }
        catch (NpgsqlException)
        {
            // Whatever state it is in, nobody may use it again.
            _database.Flush();
        }
    }
}
