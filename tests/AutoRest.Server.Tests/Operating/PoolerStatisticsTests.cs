using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using AutoRest.Server.Admin;
using AutoRest.Server.Observability;
using Npgsql;
using Xunit;

namespace AutoRest.Server.Tests.Operating;

/// <summary>Against a console that says what a test tells it; a real one is asked by the API's tests.</summary>
public sealed class PoolerStatisticsTests
{
    [Fact]
    public async Task All_who_ask_within_a_second_share_one_asking()
    {
        await using var console = new FakeConsole(Pools);
        var clock = new Clock();
        var statistics = new PoolerStatistics(console.Settings, "app", new Log(TextWriter.Null, TextWriter.Null), clock);
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => statistics.ReadAsync(CancellationToken.None)));
        Assert.All(answers, answer => Assert.Same(answers[0], answer));
        clock.Now += TimeSpan.TicksPerMillisecond * 999;
        Assert.Same(answers[0], await statistics.ReadAsync(CancellationToken.None));
        Assert.Equal(1, console.Sessions);

        clock.Now += TimeSpan.TicksPerMillisecond;
        Assert.NotSame(answers[0], await statistics.ReadAsync(CancellationToken.None));
        Assert.Equal(2, console.Sessions);
    }

    [Fact]
    public async Task Who_leaves_takes_nobody_elses_answer_along()
    {
        await using var console = new FakeConsole(Pools);
        var statistics = new PoolerStatistics(console.Settings, "app", new Log(TextWriter.Null, TextWriter.Null), new Clock());
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        var leaving = statistics.ReadAsync(gone.Token);
        var staying = statistics.ReadAsync(CancellationToken.None);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        Assert.NotNull(await staying);
        Assert.Equal(1, console.Sessions);
    }

    [Fact]
    public async Task Rows_of_our_database_are_summed_and_what_a_version_does_not_know_is_left_out()
    {
        await using var console = new FakeConsole(Pools);
        var values = await new PoolerStatistics(console.Settings, "app", new Log(TextWriter.Null, TextWriter.Null)).ReadAsync(CancellationToken.None);
        Assert.Equal(
            ["clients_active 7", "max_wait_seconds 4.5", "clients_max 100"],
            values!.Select(static v => FormattableString.Invariant($"{v.Metric.Name} {v.Value}")));
    }

    [Theory]
    [InlineData("refused")]
    [InlineData("cut off")]
    [InlineData("too large")]
    [InlineData("closed")]
    public async Task Whatever_the_console_says_is_an_answer(string fault)
    {
        await using var console = new FakeConsole(_ => fault switch
        {
            "refused" => [.. FakeConsole.Message('E', "SERROR\0C08P01\0Mno such thing\0\0"u8), .. FakeConsole.Ready],
            "cut off" => [.. FakeConsole.Message('T', [0, 3, (byte)'a', 0, 1]), .. FakeConsole.Ready],
            "too large" => [(byte)'D', 0x7f, 0xff, 0xff, 0xff],
            _ => null,
        });
        var log = new StringWriter();
        var statistics = new PoolerStatistics(console.Settings, "app", new Log(log, TextWriter.Null));
        Assert.Null(await statistics.ReadAsync(CancellationToken.None));
        Assert.Contains(
            fault switch { "refused" => "no such thing", "cut off" => "cut off", "too large" => "too large", _ => "no statistics" }, log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_leaves_the_session_usable()
    {
        await using var console = new FakeConsole(command => command == "SHOW NOTHING"
            ? [.. FakeConsole.Message('E', "SERROR\0C08P01\0Mno such thing\0\0"u8), .. FakeConsole.Ready]
            : Pools(command));
        await using var session = await PoolerConsole.ConnectAsync(console.Settings, CancellationToken.None);
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => session.QueryAsync("SHOW NOTHING", CancellationToken.None));
        Assert.Equal(("08P01", "no such thing"), (refusal.SqlState, refusal.MessageText));
        Assert.Equal(3, (await session.QueryAsync("SHOW POOLS", CancellationToken.None)).Count);
    }

    static byte[] Pools(string command) => command switch
    {
        "SHOW POOLS" => FakeConsole.Table(
            ["database", "user", "cl_active", "maxwait", "maxwait_us"],
            ["app", "a", "3", "1", "0"], ["app", "b", "4", "4", "500000"], ["other", "a", "90", "90", "0"]),
        "SHOW CONFIG" => FakeConsole.Table(["key", "value"], ["admin_users", "postgres"], ["max_client_conn", "100"]),
        _ => FakeConsole.Table(["something"]),
    };

    sealed class Clock : TimeProvider
    {
        public long Now { get; set; } = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now;
    }

    /// <summary>Lets everybody in and answers commands.</summary>
    /// <param name="answer">What is sent for a command; null closes the connection.</param>
    sealed class FakeConsole : IAsyncDisposable
    {
        readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        readonly Func<string, byte[]?> _answer;
        readonly Task _accepting;
        int _sessions;

        public FakeConsole(Func<string, byte[]?> answer)
        {
            _answer = answer;
            _listener.Start();
            _accepting = AcceptAsync();
        }

        public int Sessions => Volatile.Read(ref _sessions);

        public NpgsqlConnectionStringBuilder Settings => new()
        {
            Host = "127.0.0.1",
            Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
            Username = "stats",
            Database = PoolerConsole.Database,
            SslMode = SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
        };

        public static byte[] Ready { get; } = Message('Z', "I"u8);

        public static byte[] Message(char type, ReadOnlySpan<byte> body)
        {
            var message = new byte[5 + body.Length];
            message[0] = (byte)type;
            BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), 4 + body.Length);
            body.CopyTo(message.AsSpan(5));
            return message;
        }

        public static byte[] Table(string[] columns, params string[][] rows) =>
        [
            .. Message('T', [0, (byte)columns.Length, .. columns.SelectMany(static c => (byte[])[.. Encoding.UTF8.GetBytes(c), 0, .. new byte[18]])]),
            .. rows.SelectMany(static r => Message('D', [0, (byte)r.Length, .. r.SelectMany(static v => (byte[])[0, 0, 0, (byte)v.Length, .. Encoding.UTF8.GetBytes(v)])])),
            .. Message('C', "SHOW\0"u8),
            .. Ready,
        ];

        public async ValueTask DisposeAsync()
        {
            _listener.Dispose();
            await _accepting;
        }

        async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    _ = ServeAsync(await _listener.AcceptSocketAsync());
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        async Task ServeAsync(Socket socket)
        {
            Interlocked.Increment(ref _sessions);
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            try
            {
                await ReadAsync(stream, 4);
                await stream.WriteAsync((byte[])[.. Message('R', [0, 0, 0, 0]), .. Message('S', "server_version\01.24.1/bouncer\0"u8), .. Ready]);
                while (true)
                {
                    var type = (await ReadExactlyAsync(stream, 1))[0];
                    var body = await ReadAsync(stream, 4);
                    if (type != 'Q' || _answer(Encoding.UTF8.GetString(body.AsSpan()[..^1])) is not { } answer)
                    {
                        return;
                    }

                    await stream.WriteAsync(answer);
                }
            }
            catch (IOException)
            {
                // The other side has left.
            }
        }

        static async Task<byte[]> ReadAsync(NetworkStream stream, int lengthBytes) =>
            await ReadExactlyAsync(stream, BinaryPrimitives.ReadInt32BigEndian(await ReadExactlyAsync(stream, lengthBytes)) - lengthBytes);

        static async Task<byte[]> ReadExactlyAsync(NetworkStream stream, int count)
        {
            var bytes = new byte[count];
            await stream.ReadExactlyAsync(bytes);
            return bytes;
        }
    }
}
