using System.Collections.Concurrent;

namespace AutoRest.Server.Auth;

/// <summary>Counts of a token cache. They outlive the cache, so that metrics never go backwards at a reload.</summary>
public sealed class JwtCacheCounters
{
    long _requests;
    long _hits;
    long _evictions;

    /// <summary>Lookups: requests with a token, while a secret is configured.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    public long Hits => Interlocked.Read(ref _hits);

    public long Evictions => Interlocked.Read(ref _evictions);

    internal void CountMiss() => Interlocked.Increment(ref _requests);

    internal void CountHit()
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Increment(ref _hits);
    }

    internal void CountEviction() => Interlocked.Increment(ref _evictions);
}

/// <summary>
/// Verified tokens by their text, bounded, with SIEVE eviction: a queue with one "visited" bit per entry and a hand that moves from old to new,
/// clears the bits it meets and evicts the first entry without one. A hit only sets a bit, so hits take no lock.
/// </summary>
/// <remarks>contract/auth.md §5. Failed verifications are never added.</remarks>
sealed class JwtCache
{
    readonly ConcurrentDictionary<string, Node> _nodes = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, Node>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    readonly Lock _change = new();
    readonly JwtCacheCounters _counters;
    int _capacity;
    Node? _newest;
    Node? _oldest;
    Node? _hand;

    public JwtCache(int capacity, JwtCacheCounters counters)
    {
        _lookup = _nodes.GetAlternateLookup<ReadOnlySpan<char>>();
        _capacity = capacity;
        _counters = counters;
    }

    public int Count => _nodes.Count;

    /// <summary>Entries above a smaller capacity go with the next additions.</summary>
    public void Resize(int capacity)
    {
        lock (_change)
        {
            _capacity = capacity;
        }
    }

    public VerifiedToken? Find(ReadOnlySpan<char> token)
    {
        if (!_lookup.TryGetValue(token, out var node))
        {
            _counters.CountMiss();
            return null;
        }

        // Written only when it changes: a popular token's cache line stays shared between cores.
        if (!node.Visited)
        {
            node.Visited = true;
        }

        _counters.CountHit();
        return node.Value;
    }

    public void Add(string token, VerifiedToken value)
    {
        lock (_change)
        {
            if (_nodes.ContainsKey(token))
            {
                return;
            }

            while (_nodes.Count >= _capacity && _oldest is not null)
            {
                Evict();
            }

            var node = new Node(token, value) { Older = _newest };
            if (_newest is not null)
            {
                _newest.Newer = node;
            }

            _newest = node;
            _oldest ??= node;
            _nodes[token] = node;
        }
    }

    void Evict()
    {
        var node = _hand ?? _oldest!;
        while (node.Visited)
        {
            node.Visited = false;
            node = node.Newer ?? _oldest!;
        }

        _hand = node.Newer;
        if (node.Older is null)
        {
            _oldest = node.Newer;
        }
        else
        {
            node.Older.Newer = node.Newer;
        }

        if (node.Newer is null)
        {
            _newest = node.Older;
        }
        else
        {
            node.Newer.Older = node.Older;
        }

        _nodes.TryRemove(node.Token, out _);
        _counters.CountEviction();
    }

    sealed class Node(string token, VerifiedToken value)
    {
        public readonly string Token = token;
        public readonly VerifiedToken Value = value;
        public Node? Older;
        public Node? Newer;

        // Races on it only cost a second chance.
        public volatile bool Visited;
    }
}
