using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace AutoRest.Server.Observability;

/// <summary>
/// The request's span, named by method and route template, with the caller's <c>traceparent</c> as its parent. The driver's spans become its children
/// by themselves. Without an exporter nobody listens: no span is made. Names: OpenTelemetry's conventions for HTTP servers.
/// </summary>
public static class Tracing
{
    public const string SourceName = "AutoRest";

    /// <summary>The driver's.</summary>
    public const string DatabaseSourceName = "Npgsql";

    static readonly ActivitySource Source = new(SourceName);
    static readonly Meter Meter = new(SourceName);
    static readonly Histogram<double> Duration = Meter.CreateHistogram<double>("http.server.request.duration", "s", "Duration of HTTP server requests.");

    /// <summary>Null while nobody listens.</summary>
    public static Activity? Start(HttpRequest request, string target, Route kind)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        ActivityContext parent = default;
        if (request.Headers.TraceParent is [{ } traceParent, ..])
        {
            ActivityContext.TryParse(traceParent, request.Headers.TraceState, isRemote: true, out parent);
        }

        var route = Metrics.TextOf(kind);
        var activity = Source.StartActivity($"{request.Method} {route}", ActivityKind.Server, parent);
        if (activity is { IsAllDataRequested: true })
        {
            // The path without the query: filters hold values.
            var mark = target.IndexOf('?', StringComparison.Ordinal);
            activity.SetTag("http.request.method", request.Method);
            activity.SetTag("http.route", route);
            activity.SetTag("url.path", mark < 0 ? target : target[..mark]);
            activity.SetTag("url.scheme", request.Scheme);
            activity.SetTag("server.address", request.Host.Host);
        }

        return activity;
    }

    public static void End(Activity? activity, int status, string? role)
    {
        if (activity is null)
        {
            return;
        }

        activity.SetTag("http.response.status_code", status);
        activity.SetTag("db.user", role);
        if (status >= 500)
        {
            activity.SetStatus(ActivityStatusCode.Error);
        }
    }

    /// <summary>The measurement collectors expect; nothing while nobody listens.</summary>
    /// <param name="started">As <see cref="Stopwatch.GetTimestamp"/>.</param>
    public static void Measure(string method, Route route, int status, long started)
    {
        if (Duration.Enabled)
        {
            Duration.Record(
                Stopwatch.GetElapsedTime(started).TotalSeconds, new("http.request.method", method), new("http.route", Metrics.TextOf(route)),
                new("http.response.status_code", status));
        }
    }
}
