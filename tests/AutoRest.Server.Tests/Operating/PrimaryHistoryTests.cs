using System.Diagnostics;
using AutoRest.Server.Errors;
using AutoRest.Server.Execution;
using Npgsql;
using NpgsqlTypes;

namespace AutoRest.Server.Tests.Operating;

/// <summary>How far behind a standby is, and which of its errors the primary may not share. docs/replicas.md.</summary>
public sealed class PrimaryHistoryTests
{
    const int MaxLag = 10;

    static readonly TimeSpan Clock = TimeSpan.FromSeconds(100);

    readonly PrimaryHistory _history = new();

    void Add(double second, ulong end, int maxLag = MaxLag) => _history.Add(new(end), 1 + (long)(second * Stopwatch.Frequency), maxLag);

    double? Lag(ulong replayed, TimeSpan? byClock = null) => _history.LagOf(new(replayed), byClock ?? Clock)?.TotalSeconds;

    [Fact]
    public void Without_a_primary_to_compare_with_lag_is_unknown() => Assert.Null(Lag(100));

    [Fact]
    public void Lag_is_the_time_since_the_primary_was_last_seen_with_nothing_new()
    {
        Add(0, 100);
        Add(1, 200);
        Add(2, 300);
        Add(3, 400);
        Assert.Equal(0, Lag(400));
        Assert.Equal(0, Lag(500));
        Assert.Equal(1, Lag(399));
        Assert.Equal(3, Lag(100));
    }

    [Fact]
    public void A_primary_at_rest_is_not_lag()
    {
        Add(0, 100);
        Add(3000, 100);
        Assert.Equal(0, Lag(100));

        // The first write after that is as old as the last sample without it.
        Add(3001, 101);
        Assert.Equal(1, Lag(100));
    }

    [Fact]
    public void What_was_written_before_the_first_sample_is_judged_by_the_standbys_clock_or_not_at_all()
    {
        Add(0, 100);
        Assert.Equal(100, Lag(50));
        Assert.Null(_history.LagOf(new(50), null));
        Add(200, 300);
        Assert.Equal(200, Lag(50));
    }

    [Fact]
    public void Another_primary_with_a_shorter_log_begins_a_new_history()
    {
        Add(0, 100);
        Add(1, 500);
        Add(2, 400);
        Assert.Equal(0, Lag(400));
        Assert.Equal(100, Lag(300));
    }

    [Fact]
    public void Samples_are_kept_as_long_as_the_limit_needs_them()
    {
        for (var second = 0; second <= 2000; second++)
        {
            Add(second, 100 + (ulong)second, 1000);
        }

        Assert.Equal(1000, Lag(1100));
        Assert.Equal(1001, Lag(1000, TimeSpan.Zero));
    }

    [Fact]
    public void The_position_behind_a_pages_header_is_reached_with_the_end_of_the_page_before()
    {
        Assert.Equal(new NpgsqlLogSequenceNumber(0x2000), PrimaryHistory.Reachable(new(0x2018)));
        Assert.Equal(new NpgsqlLogSequenceNumber(0x2020), PrimaryHistory.Reachable(new(0x2020)));
        Assert.Equal(new NpgsqlLogSequenceNumber(0x2000), PrimaryHistory.Reachable(new(0x2000)));
        Add(0, 0x2018);
        Assert.Equal(0, Lag(0x2000));
    }

    [Theory]
    [InlineData("40001", true)] // in the way of recovery
    [InlineData("57P01", true)] // shut down
    [InlineData("0A000", true)] // unlogged table
    [InlineData("25006", true)] // NOTIFY during recovery
    [InlineData("42P01", true)] // table not replayed yet
    [InlineData("42501", true)] // grant not replayed yet
    [InlineData("22023", true)] // role not replayed yet
    [InlineData("XX000", true)]
    [InlineData("53300", true)]
    [InlineData("57014", false)] // statement timeout
    [InlineData("22P02", false)]
    [InlineData("23505", false)]
    [InlineData("P0001", false)]
    [InlineData("PGRST", false)]
    [InlineData("PT404", false)]
    public void The_primary_is_asked_only_where_it_may_answer_differently(string sqlState, bool expected) =>
        Assert.Equal(expected, Replicas.MayAskPrimary(new PostgresException("", "ERROR", "ERROR", sqlState)));

    [Fact]
    public void A_lost_connection_is_not_an_answer_and_an_overload_is()
    {
        Assert.True(Replicas.MayAskPrimary(new NpgsqlException("lost", new IOException())));
        Assert.True(Replicas.MayAskPrimary(new ApiException(new ConnectionFailed("refused"))));
        Assert.False(Replicas.MayAskPrimary(new ApiException(new PoolTimeout())));
        Assert.False(Replicas.MayAskPrimary(new OperationCanceledException()));
    }
}
