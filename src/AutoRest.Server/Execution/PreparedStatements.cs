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

    /// <summary>Texts are remembered up to this number.</summary>
    const int MaxTexts = 4096;

    /// <summary>Connections are remembered up to this number.</summary>
    const int MaxConnections = 4096;

    /// <summary>When the room is taken by shapes nobody asks for any more, it is cleared, at most this often.</summary>
    static readonly TimeSpan MinRenewal = TimeSpan.FromMinutes(1);

    readonly ConcurrentDictionary<string, Shape> _shapes = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<int, ConnectionUses> _connections = new();
    readonly Lock _admission = new();
    long _unique;
    long _renewed = Environment.TickCount64;
    int _admitted;

    /// <summary>The room was cleared: connections must be closed, so that they start anew.</summary>
    public event Action? Renewed;

    enum Use : byte
    {
        None,

        /// <summary>The driver has seen it once, or forgot it and sees it again: its next use may prepare it.</summary>
        Seen,
        BeingPrepared,
        Prepared,
    }

    /// <summary>A text that was sent, by reference: it is looked up once per use.</summary>
    public sealed class Shape
    {
        internal string Text { get; init; } = "";

        /// <summary>Position among the admitted; negative while it is not one of them.</summary>
        internal volatile int Slot = -1;

        internal bool SucceededOnce { get; set; }
    }

    /// <summary>What the driver has seen on one physical connection, which one request uses at a time.</summary>
    sealed class ConnectionUses
    {
        public Use[] BySlot { get; } = new Use[Capacity];

        /// <summary>How many texts were new to the connection when the slot's was.</summary>
        public int[] SeenAt { get; } = new int[Capacity];

        /// <summary>Texts that were new.</summary>
        public int New { get; set; }
    }

    /// <summary>A physical connection was made, or what is known of one is in doubt.</summary>
    public void Forget(int processId)
    {
        // Closed connections leave their entries behind. Forgetting a living one costs nothing but care: its statements count as being prepared again.
        if (_connections.Count >= MaxConnections)
        {
            _connections.Clear();
        }

        _connections[processId] = new ConnectionUses();
    }

    /// <summary>Notes a use of a text on a connection.</summary>
    /// <param name="sent">The text to send: its own where it may be prepared, else one that never comes again.</param>
    /// <param name="preparing">True when the driver prepares the text in this very batch.</param>
    /// <returns>To be given to <see cref="Succeeded"/> when the batch succeeds; null when there is nothing more to learn.</returns>
    public Shape? Note(NpgsqlConnection connection, string text, out string sent, out bool preparing)
    {
        preparing = false;
        if (!_shapes.TryGetValue(text, out var shape))
        {
            if (_shapes.Count >= MaxTexts)
            {
                ForgetCandidates();
            }

            shape = _shapes.GetOrAdd(text, new Shape { Text = text });
        }

        var uses = _connections.GetOrAdd(connection.ProcessID, static _ => new ConnectionUses());
        var slot = shape.Slot;
        if (slot < 0)
        {
            uses.New++;
            sent = Unprepared(text);
            return shape;
        }

        sent = shape.Text;
        switch (uses.BySlot[slot])
        {
            case Use.Prepared:
                return null;
            case Use.None:
                uses.BySlot[slot] = Use.Seen;
                uses.SeenAt[slot] = uses.New++;
                return null;
            default:
                // Where the driver may have forgotten the text, this use prepares it or is its first again: the next one will tell.
                preparing = true;
                if (uses.New - uses.SeenAt[slot] < SurelyRemembered)
                {
                    uses.BySlot[slot] = Use.BeingPrepared;
                }
                else
                {
                    uses.SeenAt[slot] = uses.New++;
                }

                return shape;
        }
    }

    /// <summary>As <see cref="Unprepared(string)"/>, noted for the connection: the driver sees a new text.</summary>
    public string Unprepared(NpgsqlConnection connection, string text)
    {
        _connections.GetOrAdd(connection.ProcessID, static _ => new ConnectionUses()).New++;
        return Unprepared(text);
    }

    /// <summary>A text that is sent once and so never prepared.</summary>
    public string Unprepared(string text) => string.Create(CultureInfo.InvariantCulture, $"/* {Interlocked.Increment(ref _unique)} */ {text}");

    /// <summary>A batch succeeded: its statements are good, and those being prepared are prepared.</summary>
    public void Succeeded(NpgsqlConnection connection, List<Shape> shapes)
    {
        foreach (var shape in shapes)
        {
            var slot = shape.Slot;
            if (slot >= 0)
            {
                if (_connections.TryGetValue(connection.ProcessID, out var uses) && uses.BySlot[slot] == Use.BeingPrepared)
                {
                    uses.BySlot[slot] = Use.Prepared;
                }
            }
            else if (shape.SucceededOnce)
            {
                Admit(shape);
            }
            else
            {
                shape.SucceededOnce = true;
            }
        }
    }

    void Admit(Shape shape)
    {
        lock (_admission)
        {
            if (shape.Slot >= 0)
            {
                return;
            }

            if (_admitted < Capacity)
            {
                shape.Slot = _admitted++;
                return;
            }

            if (Environment.TickCount64 - _renewed <= MinRenewal.TotalMilliseconds)
            {
                return;
            }

            _renewed = Environment.TickCount64;

            // New objects: a request under way may still hold an old one, whose slot must not come to mean another text.
            _shapes.Clear();
            _connections.Clear();
            _admitted = 0;
        }

        Renewed?.Invoke();
    }

    void ForgetCandidates()
    {
        foreach (var (text, shape) in _shapes)
        {
            if (shape.Slot < 0)
            {
                _shapes.TryRemove(text, out _);
            }
        }
    }
}
