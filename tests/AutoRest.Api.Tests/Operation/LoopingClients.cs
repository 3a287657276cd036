using System.Collections.Concurrent;
using System.Net.Sockets;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Operation;

/// <summary>Clients that ask again and again, each on a connection that it keeps until it is told to close it, and what became of their requests.</summary>
public sealed class LoopingClients : IAsyncDisposable
{
    readonly CancellationTokenSource _stop = new();
    readonly ConcurrentQueue<string> _failures = new();
    readonly int _port;
    readonly Task[] _clients;
    int _answers;
    int _closed;

    LoopingClients(int port, int clients, Func<int, RawRequest> request)
    {
        _port = port;
        _clients = [.. Enumerable.Range(0, clients).Select(i => Task.Run(() => LoopAsync(i, request)))];
    }

    /// <summary>Good answers so far.</summary>
    public int Answers => Volatile.Read(ref _answers);

    /// <summary>Times a client was told to close its connection.</summary>
    public int Closed => Volatile.Read(ref _closed);

    /// <param name="request">From the number of the client.</param>
    public static LoopingClients Start(int port, int clients, Func<int, RawRequest> request) => new(port, clients, request);

    /// <summary>Waits until this many more requests have been answered, or one has failed.</summary>
    public async Task MoreAsync(int answers)
    {
        var aim = Answers + answers;
        while (Answers < aim && _failures.IsEmpty)
        {
            await Task.Delay(10);
        }
    }

    /// <summary>Ends the loops.</summary>
    /// <returns>Every request that got no answer, or another than 2xx.</returns>
    public async Task<IReadOnlyCollection<string>> EndAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_clients);
        return _failures;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _stop.Dispose();
    }

    async Task LoopAsync(int number, Func<int, RawRequest> request)
    {
        RawHttp? connection = null;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                connection ??= await RawHttp.ConnectAsync(_port);
                var next = request(number);
                await connection.WriteAsync(RawHttp.Bytes(next));
                var answer = await connection.ReadAsync(next.Method);
                if (answer.Status is >= 200 and < 300)
                {
                    Interlocked.Increment(ref _answers);
                }
                else
                {
                    _failures.Enqueue($"{answer.Status} {answer.Text}");
                }

                if (answer.Header("Connection") == "close")
                {
                    Interlocked.Increment(ref _closed);
                    connection.Dispose();
                    connection = null;
                }
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                _failures.Enqueue(e.Message);
                connection?.Dispose();
                connection = null;
            }
        }

        connection?.Dispose();
    }
}
