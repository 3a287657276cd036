using System.Diagnostics;
using AutoRest.Introspection;
using AutoRest.Server.Errors;
using AutoRest.Server.Queries;
using AutoRest.Server.Sql;
using Npgsql;
using NpgsqlTypes;

namespace AutoRest.Server.Execution;

/// <summary>Runs a request's statements: one batch, one round trip; a second only where the result decides about the commit.</summary>
public static class Executor
{
    /// <summary>Sends the statements and stops before the first row of the main query.</summary>
    /// <param name="patience">How long the request may wait for a lost database.</param>
    /// <exception cref="ApiException">There are more parameters than the protocol allows.</exception>
    /// <exception cref="PostgresException">A statement failed; the transaction is rolled back.</exception>
    /// <exception cref="NpgsqlException">The connection could not be made or was lost.</exception>
    public static async Task<Execution> StartAsync(
        Database database, RequestStatements statements, Patience patience, CancellationToken cancellationToken)
    {
        if (statements.Main.Parameters.Count > MaxParameters || statements.CountPlan is { Parameters.Count: > MaxParameters })
        {
            // The driver would refuse it, as if the connection had failed.
            throw new ApiException(new BadHttp(StatusCodes.Status400BadRequest, "The request holds more values than a statement can have parameters"));
        }

        var execution = new Execution(database, await database.OpenAsync(patience, cancellationToken), statements);
        try
        {
            if (statements.Frame.IsExplicit || execution.CommitsInBatch)
            {
                execution.Add(BeginText(statements.Frame), []);
            }

            Add(execution, statements.Session);
            Add(execution, statements.PreRequest);
            Add(execution, statements.CountPlan);
            Add(execution, statements.Main);
            if (statements.ReadsResponseSettings)
            {
                execution.Add(ResponseSettings, []);
            }

            if (execution.CommitsInBatch)
            {
                // One exchange still: the commit, then the position of the log behind it. In the transaction itself its commit record is not written yet.
                execution.Add("COMMIT", []);
                execution.AddPosition();
            }

            await execution.StartAsync(cancellationToken);
            return execution;
        }
        catch
        {
            await execution.DisposeAsync();
            throw;
        }
    }

    /// <summary>Of the wire protocol: their number is sent in 16 bits.</summary>
    const int MaxParameters = ushort.MaxValue;

    const string ResponseSettings =
        "SELECT nullif(current_setting('response.headers', true), ''), nullif(current_setting('response.status', true), '')";

    // Not READ WRITE, which a standby refuses with an error of its own (0A000): a write fails there with 25006, whatever its transaction looks like.
    static string BeginText(TransactionFrame frame) => (frame.Isolation, frame.ReadOnly) switch
    {
        (TransactionIsolation.ReadCommitted, true) => "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY",
        (TransactionIsolation.ReadCommitted, false) => "BEGIN ISOLATION LEVEL READ COMMITTED",
        (TransactionIsolation.RepeatableRead, true) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        (TransactionIsolation.RepeatableRead, false) => "BEGIN ISOLATION LEVEL REPEATABLE READ",
        (TransactionIsolation.Serializable, true) => "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY",
        (TransactionIsolation.Serializable, false) => "BEGIN ISOLATION LEVEL SERIALIZABLE",
        _ => throw new UnreachableException(),
    };

    static void Add(Execution execution, SqlStatement? statement)
    {
        if (statement is not null)
        {
            execution.Add(statement.Text, statement.Parameters, statement.IsUnnamed);
        }
    }

    internal static NpgsqlParameter ParameterOf(Parameter parameter) => parameter.Kind switch
    {
        ParameterKind.Untyped => new NpgsqlParameter<string> { TypedValue = parameter.Text, NpgsqlDbType = NpgsqlDbType.Unknown },
        ParameterKind.Utf8 => new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = parameter.Bytes, NpgsqlDbType = NpgsqlDbType.Text },
        ParameterKind.Json => new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = parameter.Bytes, NpgsqlDbType = NpgsqlDbType.Json },
        ParameterKind.Jsonb => new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = parameter.Bytes, NpgsqlDbType = NpgsqlDbType.Jsonb },
        ParameterKind.Bytes => new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = parameter.Bytes, NpgsqlDbType = NpgsqlDbType.Bytea },
        _ => throw new UnreachableException(),
    };
}
