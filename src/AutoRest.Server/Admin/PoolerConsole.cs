#pragma warning disable NPG9001 // the driver's internals are marked as such; the version is pinned, and tests ask a real PgBouncer
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using Npgsql;
using Npgsql.Internal;

namespace AutoRest.Server.Admin;

/// <summary>
/// A session of PgBouncer's console. It only understands the simple query protocol, which the driver does not offer for commands: so the driver connects,
/// encrypts and logs in, and the few messages of that protocol pass through its stream.
/// </summary>
/// <remarks>PostgreSQL documentation, "Message Flow: Simple Query" and "Message Formats"; PgBouncer documentation, "Admin console".</remarks>
public sealed class PoolerConsole : IAsyncDisposable
{
    /// <summary>The name of the console: a database of no server.</summary>
    public const string Database = "pgbouncer";

    /// <summary>Bytes of a whole answer; a pooler of a thousand pools needs a quarter of one million.</summary>
    const int MaxAnswer = 8 * 1024 * 1024;

    /// <summary>What a row description tells of a column behind its name.</summary>
    const int ColumnFacts = 18;

    readonly NpgsqlDataSource _source;
    readonly NpgsqlConnection _connection;

    PoolerConsole(NpgsqlDataSource source, NpgsqlConnection connection)
    {
        _source = source;
        _connection = connection;
    }

    /// <param name="settings">Address and login; the database they name does not count.</param>
    /// <exception cref="NpgsqlException">Nobody answers, or the login is refused.</exception>
    public static async Task<PoolerConsole> ConnectAsync(NpgsqlConnectionStringBuilder settings, CancellationToken cancellationToken)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(
            new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Database = Database, Pooling = false, Enlist = false }.ConnectionString);

        // The console has no catalog to load types from.
        builder.ConfigureTypeLoading(static loading => loading.EnableTypeLoading(false));
        builder.EnableTransportSecurity();
        var source = builder.Build();
        try
        {
            return new PoolerConsole(source, await source.OpenConnectionAsync(cancellationToken));
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a command; rows as name of the column → text. After any exception but a refusal the session is of no more use.</summary>
    /// <exception cref="PostgresException">The command was refused.</exception>
    /// <exception cref="IOException">The connection was lost, or the answer is none.</exception>
    public async Task<IReadOnlyList<IReadOnlyDictionary<string, string>>> QueryAsync(string command, CancellationToken cancellationToken)
    {
        var stream = StreamOf(ConnectorOf(_connection) ?? throw new IOException("The connection is closed"));
        await stream.WriteAsync(QueryMessage(command), cancellationToken);
        await stream.FlushAsync(cancellationToken);

        var rows = new List<IReadOnlyDictionary<string, string>>();
        string[] columns = [];
        PostgresException? refusal = null;
        var head = new byte[5];
        var budget = MaxAnswer;
        while (true)
        {
            await stream.ReadExactlyAsync(head, cancellationToken);
            var length = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1)) - sizeof(int);
            if (length < 0 || (budget -= length) < 0)
            {
                throw new IOException("PgBouncer's answer is too large, or none");
            }

            var body = new byte[length];
            await stream.ReadExactlyAsync(body, cancellationToken);
            try
            {
                switch ((char)head[0])
                {
                    case 'T':
                        columns = Columns(body);
                        break;
                    case 'D':
                        rows.Add(Row(columns, body));
                        break;
                    case 'E':
                        refusal = Refusal(body);
                        break;
                    case 'Z':
                        return refusal is null ? rows : throw refusal;
                    default:
                        // The end of a command, notices, changed parameters.
                        break;
                }
            }
            catch (ArgumentOutOfRangeException e)
            {
                throw new IOException("PgBouncer's answer is cut off", e);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _source.DisposeAsync();
    }

    static byte[] QueryMessage(string command)
    {
        var message = new byte[1 + sizeof(int) + Encoding.UTF8.GetByteCount(command) + 1];
        message[0] = (byte)'Q';
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), message.Length - 1);
        Encoding.UTF8.GetBytes(command, message.AsSpan(1 + sizeof(int)));
        return message;
    }

    static string[] Columns(ReadOnlySpan<byte> body)
    {
        var columns = new string[BinaryPrimitives.ReadUInt16BigEndian(body)];
        body = body[sizeof(ushort)..];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = Text(ref body);
            body = body[ColumnFacts..];
        }

        return columns;
    }

    /// <summary>Columns that are NULL are left out.</summary>
    static Dictionary<string, string> Row(string[] columns, ReadOnlySpan<byte> body)
    {
        var row = new Dictionary<string, string>(columns.Length, StringComparer.Ordinal);
        body = body[sizeof(ushort)..];
        foreach (var column in columns)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(body);
            body = body[sizeof(int)..];
            if (length >= 0)
            {
                row[column] = Encoding.UTF8.GetString(body[..length]);
                body = body[length..];
            }
        }

        return row;
    }

    static PostgresException Refusal(ReadOnlySpan<byte> body)
    {
        var (severity, state, message) = ("ERROR", "XX000", "");
        while (!body.IsEmpty && body[0] != 0)
        {
            var field = (char)body[0];
            body = body[1..];
            var text = Text(ref body);
            switch (field)
            {
                case 'S':
                    severity = text;
                    break;
                case 'C':
                    state = text;
                    break;
                case 'M':
                    message = text;
                    break;
                default:
                    break;
            }
        }

        return new PostgresException(message, severity, severity, state);
    }

    /// <summary>Up to the next NUL, which is passed over.</summary>
    static string Text(ref ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf((byte)0);
        var text = Encoding.UTF8.GetString(rest[..end]);
        rest = rest[(end + 1)..];
        return text;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Connector")]
    static extern NpgsqlConnector? ConnectorOf(NpgsqlConnection connection);

    /// <summary>To the pooler, through TLS where that is used. Between two commands nothing of it is buffered anywhere.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_stream")]
    static extern ref Stream StreamOf(NpgsqlConnector connector);
}
