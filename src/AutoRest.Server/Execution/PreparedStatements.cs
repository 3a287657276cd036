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

    /// <summary>Texts seen once are remembered up to this number.</summary>
    const int MaxCandidates = 4096;

    /// <summary>When the room is taken by shapes nobody asks for any more, it is cleared, at most this often.</summary>
    static readonly TimeSpan MinRenewal = TimeSpan.FromMinutes(1);

    readonly ConcurrentDictionary<string, bool> _admitted = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, bool> _candidates = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<int, Dictionary<string, Use>> _connections = new();
    long _unique;
    long _renewed = Environment.TickCount64;

    /// <summary>The room was cleared: connections must be closed, so that they start anew.</summary>
    public event Action? Renewed;

    enum Use
    {
        Once,
        BeingPrepared,
        Prepared,
    }

    /// <summary>A physical connection was made.</summary>
    public void Forget(int processId) => _connections[processId] = new(StringComparer.Ordinal);

    /// <summary>Notes a use on a connection.</summary>
    /// <param name="preparing">True when the driver prepares the text in this very batch.</param>
    /// <returns>The text to send: the statement's own where it may be prepared, else one that never comes again.</returns>
    public string Note(NpgsqlConnection connection, string text, out bool preparing)
    {
        preparing = false;
        if (!_admitted.ContainsKey(text))
        {
            return Unprepared(text);
        }

        var uses = _connections.GetOrAdd(connection.ProcessID, static _ => new(StringComparer.Ordinal));
        if (!uses.TryGetValue(text, out var use))
        {
            uses[text] = Use.Once;
        }
        else if (use != Use.Prepared)
        {
            uses[text] = Use.BeingPrepared;
            preparing = true;
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
                if (_connections.TryGetValue(connection.ProcessID, out var uses) && uses.TryGetValue(text, out var use) && use == Use.BeingPrepared)
                {
                    uses[text] = Use.Prepared;
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
