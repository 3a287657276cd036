using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;

namespace AutoRest.Server.Execution;

/// <summary>
/// Decides which statements the driver may prepare. The driver prepares a text it has seen twice on a connection; this class makes sure that
/// (1) only texts that have succeeded before and come again are seen twice, (2) there are never more of them than the driver has room for, so that
/// it never replaces one, and (3) a connection on which a batch failed while a statement was being prepared forgets all its statements: the
/// driver's books may then name a statement the server does not have, or has under another text (npgsql issue 6391).
/// </summary>
public sealed class PreparedStatements
{
    /// <summary>Statements kept prepared on each connection.</summary>
    public const int Capacity = 240;

    /// <summary>
    /// The driver remembers a hundred texts it has seen once on a connection; of more, it forgets the oldest. With fewer than this between two uses of a
    /// text, the second is sure to prepare it.
    /// </summary>
    const int SurelyRemembered = 64;

    /// <summary>Texts seen once are remembered up to this number.</summary>
    const int MaxCandidates = 4096;

    /// <summary>When the room is taken by shapes nobody asks for any more, it is cleared, at most this often.</summary>
    static readonly TimeSpan MinRenewal = TimeSpan.FromMinutes(1);

    readonly ConcurrentDictionary<string, bool> _admitted = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, bool> _candidates = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<int, Seen> _connections = new();
    long _unique;
    long _renewed = Environment.TickCount64;

    /// <summary>The room was cleared: connections must be closed, so that they start anew.</summary>
    public event Action? Renewed;

    enum State
    {
        /// <summary>The driver has seen it once, or forgot it and sees it again: its next use may prepare it.</summary>
        Seen,
        BeingPrepared,
        Prepared,
    }

    /// <param name="At">How many texts were new to the connection when this one was.</param>
    readonly record struct Use(State State, int At);

    /// <summary>What the driver has seen on a connection, which one request uses at a time.</summary>
    sealed class Seen
    {
        public Dictionary<string, Use> Uses { get; } = new(StringComparer.Ordinal);

        /// <summary>Texts that were new.</summary>
        public int New { get; set; }
    }

    /// <summary>A physical connection was made, or what is known of one is in doubt.</summary>
    public void Forget(int processId) => _connections[processId] = new();

    /// <summary>Notes a use on a connection.</summary>
    /// <param name="preparing">True when the driver prepares the text in this very batch.</param>
    /// <returns>The text to send: the statement's own where it may be prepared, else one that never comes again.</returns>
    public string Note(NpgsqlConnection connection, string text, out bool preparing)
    {
        preparing = false;
        var seen = _connections.GetOrAdd(connection.ProcessID, static _ => new());
        if (!_admitted.ContainsKey(text))
        {
            seen.New++;
            return Unprepared(text);
        }

        if (!seen.Uses.TryGetValue(text, out var use))
        {
            seen.Uses[text] = new Use(State.Seen, seen.New++);
        }
        else if (use.State != State.Prepared)
        {
            // Where the driver may have forgotten the text, this use prepares it or is its first again: the next one will tell.
            preparing = true;
            seen.Uses[text] = seen.New - use.At < SurelyRemembered ? use with { State = State.BeingPrepared } : new Use(State.Seen, seen.New++);
        }

        return text;
    }

    /// <summary>A text that is sent once and so never prepared.</summary>
    public string Unprepared(string text) => string.Create(CultureInfo.InvariantCulture, $"/* {Interlocked.Increment(ref _unique)} */ {text}");

    /// <summary>A batch succeeded: its statements are good, and those being prepared are prepared.</summary>
    public void Succeeded(NpgsqlConnection connection, IReadOnlyList<string> texts)
    {
        foreach (var text in texts)
        {
            if (_admitted.ContainsKey(text))
            {
                if (_connections.TryGetValue(connection.ProcessID, out var seen) && seen.Uses.TryGetValue(text, out var use)
                    && use.State == State.BeingPrepared)
                {
                    seen.Uses[text] = use with { State = State.Prepared };
                }
            }
            else if (_candidates.TryRemove(text, out _))
            {
                Admit(text);
            }
            else
            {
                if (_candidates.Count >= MaxCandidates)
                {
                    _candidates.Clear();
                }

                _candidates[text] = true;
            }
        }
    }

    void Admit(string text)
    {
        if (_admitted.Count < Capacity)
        {
            _admitted[text] = true;
            return;
        }

        var renewed = Volatile.Read(ref _renewed);
        if (Environment.TickCount64 - renewed > MinRenewal.TotalMilliseconds
            && Interlocked.CompareExchange(ref _renewed, Environment.TickCount64, renewed) == renewed)
        {
            _admitted.Clear();
            Renewed?.Invoke();
        }
    }
}
