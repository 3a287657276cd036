using AutoRest.Server.Errors;
using AutoRest.Server.Execution;
using Xunit;

namespace AutoRest.Server.Tests.Operating;

public sealed class PoolGateTests
{
    static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Slots_go_to_those_who_wait_in_the_order_they_came()
    {
        using var gate = new PoolGate(1, 10, Long);
        await gate.EnterAsync(CancellationToken.None);
        var first = gate.EnterAsync(CancellationToken.None).AsTask();
        var second = gate.EnterAsync(CancellationToken.None).AsTask();
        Assert.Equal((1, 2), (gate.InUse, gate.Waiting));
        gate.Leave();
        await first;
        Assert.False(second.IsCompleted);
        gate.Leave();
        await second;
        gate.Leave();
        Assert.Equal((0, 0), (gate.InUse, gate.Waiting));
    }

    [Fact]
    public async Task Waiting_too_long_is_PGRST003_and_counted()
    {
        using var gate = new PoolGate(1, 10, TimeSpan.FromMilliseconds(50));
        await gate.EnterAsync(CancellationToken.None);
        var waiting = Enumerable.Range(0, 3).Select(_ => gate.EnterAsync(CancellationToken.None).AsTask()).ToArray();
        foreach (var task in waiting)
        {
            var error = await Assert.ThrowsAsync<ApiException>(() => task);
            Assert.Equal("PGRST003", error.Error.Code);
        }

        Assert.Equal(3, gate.Timeouts);
        gate.Leave();
        Assert.Equal((0, 0), (gate.InUse, gate.Waiting));
    }

    [Fact]
    public async Task One_more_than_may_wait_is_AR503_at_once()
    {
        using var gate = new PoolGate(1, 1, Long);
        await gate.EnterAsync(CancellationToken.None);
        var waiting = gate.EnterAsync(CancellationToken.None).AsTask();
        Assert.Equal("AR503", (await Assert.ThrowsAsync<ApiException>(async () => await gate.EnterAsync(CancellationToken.None))).Error.Code);
        gate.Leave();
        await waiting;
    }

    [Fact]
    public async Task One_whose_client_left_is_passed_over()
    {
        using var gate = new PoolGate(1, 10, Long);
        using var client = new CancellationTokenSource();
        await gate.EnterAsync(CancellationToken.None);
        var left = gate.EnterAsync(client.Token).AsTask();
        var stayed = gate.EnterAsync(CancellationToken.None).AsTask();
        await client.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        gate.Leave();
        await stayed;
        Assert.Equal(0, gate.Waiting);
    }

    [Fact]
    public async Task Those_who_wait_are_refused_when_the_database_is_gone()
    {
        using var gate = new PoolGate(1, 10, Long);
        await gate.EnterAsync(CancellationToken.None);
        var waiting = gate.EnterAsync(CancellationToken.None).AsTask();
        gate.Refuse(new ConnectionFailed("gone"));
        Assert.Equal("PGRST000", (await Assert.ThrowsAsync<ApiException>(() => waiting)).Error.Code);
        gate.Leave();
        await gate.EnterAsync(CancellationToken.None);
        Assert.Equal(1, gate.InUse);
    }

    [Fact]
    public async Task Under_contention_there_are_never_more_than_slots_and_none_is_lost()
    {
        using var gate = new PoolGate(3, 1000, Long);
        var (inside, most) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 1000; i++)
            {
                using var client = new CancellationTokenSource(i % 50 == 0 ? 1 : 10_000);
                try
                {
                    await gate.EnterAsync(client.Token);
                }
                catch (OperationCanceledException)
                {
                    continue;
                }

                var now = Interlocked.Increment(ref inside);
                InterlockedMax(ref most, now);
                await Task.Yield();
                Interlocked.Decrement(ref inside);
                gate.Leave();
            }
        })));
        Assert.Equal(3, most);
        Assert.Equal((0, 0), (gate.InUse, gate.Waiting));
    }

    static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
        {
            Interlocked.CompareExchange(ref target, value, seen);
        }
    }
}
