using System.Diagnostics;

namespace AutoRest.Server.Observability;

/// <summary>Routes by their shape: relations and functions are not told apart, so that labels are bounded whatever the schema.</summary>
public enum Route
{
    Root,
    Relation,
    Function,
    Other,
}

/// <summary>
/// Counts of the process. Counting is a few additions to plain numbers, striped over the processors, without a lock or an allocation; texts are only
/// made when somebody asks. contract/operations.md §7.1.
/// </summary>
public sealed class Metrics
{
    static readonly string[] RouteTexts = ["/", "/{relation}", "/rpc/{function}", "other"];
    static readonly string[] MethodTexts = ["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS", "other"];
    static readonly string[] StatusTexts = ["1xx", "2xx", "3xx", "4xx", "5xx"];

    readonly Histogram _requests = new(RouteTexts.Length * MethodTexts.Length * StatusTexts.Length);
    readonly Histogram _database = new(1);
    long _responseBytes;
    long _streaming;
    long _refused;
    long _loads;
    long _failedLoads;
    double _lastQuerySeconds;

    /// <summary>Bytes of response bodies.</summary>
    public long ResponseBytes => Interlocked.Read(ref _responseBytes);

    /// <summary>Responses being streamed now.</summary>
    public long Streaming => Interlocked.Read(ref _streaming);

    /// <summary>Requests refused by a limit of ours: rates, concurrency.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Successful and failed loads of the schema cache.</summary>
    public (long Succeeded, long Failed) Loads => (Interlocked.Read(ref _loads), Interlocked.Read(ref _failedLoads));

    /// <summary>Seconds the catalog queries of the last load took.</summary>
    public double LastQuerySeconds => Volatile.Read(ref _lastQuerySeconds);

    /// <summary>Time from having a connection to giving it back.</summary>
    public Histogram Database => _database;

    /// <summary>A request ended.</summary>
    /// <param name="started">As <see cref="Stopwatch.GetTimestamp"/>.</param>
    /// <param name="bytes">Of the body, where it was complete; streams count theirs themselves.</param>
    public void RequestEnded(Route route, string method, int status, long started, long bytes)
    {
        var index = ((((int)route * MethodTexts.Length) + MethodIndex(method)) * StatusTexts.Length) + Math.Clamp((status / 100) - 1, 0, 4);
        _requests.Add(index, Stopwatch.GetTimestamp() - started);
        if (bytes > 0)
        {
            Interlocked.Add(ref _responseBytes, bytes);
        }
    }

    public void StreamStarted() => Interlocked.Increment(ref _streaming);

    public void StreamEnded(long bytes)
    {
        Interlocked.Decrement(ref _streaming);
        Interlocked.Add(ref _responseBytes, bytes);
    }

    public void RequestRefused() => Interlocked.Increment(ref _refused);

    public void SchemaLoaded(TimeSpan querying)
    {
        Volatile.Write(ref _lastQuerySeconds, querying.TotalSeconds);
        Interlocked.Increment(ref _loads);
    }

    public void SchemaLoadFailed() => Interlocked.Increment(ref _failedLoads);

    /// <summary>Every series of requests that has been counted.</summary>
    public IEnumerable<(string Route, string Method, string Status, HistogramSeries Series)> Requests()
    {
        for (var i = 0; i < RouteTexts.Length * MethodTexts.Length * StatusTexts.Length; i++)
        {
            var series = _requests.Read(i);
            if (series.Count > 0)
            {
                yield return (
                    RouteTexts[i / StatusTexts.Length / MethodTexts.Length], MethodTexts[i / StatusTexts.Length % MethodTexts.Length],
                    StatusTexts[i % StatusTexts.Length], series);
            }
        }
    }

    /// <summary>The route's template, for labels and spans.</summary>
    public static string TextOf(Route route) => RouteTexts[(int)route];

    /// <summary>By the request target as it was sent.</summary>
    /// <param name="basePath">What the target may begin with and the route does not.</param>
    public static Route RouteOf(string target, string? basePath = null)
    {
        var path = target.AsSpan();
        var mark = path.IndexOf('?');
        path = mark < 0 ? path : path[..mark];
        var prefix = basePath.AsSpan().TrimEnd('/');
        if (path.StartsWith(prefix, StringComparison.Ordinal) && (path.Length == prefix.Length || path[prefix.Length] == '/'))
        {
            path = path[prefix.Length..];
        }

        return path is "/" or "" ? Route.Root
            : path[0] != '/' ? Route.Other
            : path.StartsWith("/rpc/", StringComparison.Ordinal) ? path[5..].Contains('/') ? Route.Other : Route.Function
            : path[1..].Contains('/') ? Route.Other
            : Route.Relation;
    }

    static int MethodIndex(string method) => method switch
    {
        "GET" => 0,
        "HEAD" => 1,
        "POST" => 2,
        "PATCH" => 3,
        "PUT" => 4,
        "DELETE" => 5,
        "OPTIONS" => 6,
        _ => 7,
    };
}
