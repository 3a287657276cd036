using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using AutoRest.Server.Auth;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;
using AutoRest.Server.Execution;
using AutoRest.Server.Observability;
using AutoRest.Server.OpenApi;
using AutoRest.Server.Planning;
using AutoRest.Server.Queries;
using AutoRest.Server.Requests;
using AutoRest.Server.Responses;
using Microsoft.AspNetCore.Http.Features;
using Npgsql;

namespace AutoRest.Server;

/// <summary>
/// One request from start to end; the only place that knows every stage and the only one that catches.
/// 1 snapshot, 2 CORS, 3 authentication, 4 body, 5 parse, 6 plan, 7 SQL, 8 execute, 9 describe, 10 write.
/// </summary>
public sealed partial class RestHandler(AppState state, Database database, SchemaReloader reloader, Log log)
{
    /// <summary>Where the statements of a request are kept for <c>log-query</c>.</summary>
    static readonly object StatementsKey = new();

    /// <summary>While streaming, this many bytes are gathered before they go to the socket.</summary>
    const int StreamChunk = 32 * 1024;

    public async Task HandleAsync(HttpContext http)
    {
        // 1. Everything below sees one configuration and one cache.
        var generation = state.Current;
        var snapshot = generation.Snapshot;
        var config = snapshot.Config;
        var request = http.Request;
        var response = http.Response;
        var timing = new RequestTiming(config.ServerTimingEnabled);
        var started = Stopwatch.GetTimestamp();
        if (config.ServerHeader is { } server)
        {
            response.Headers.Server = server;
        }

        if (config.ServerTraceHeader is { } trace)
        {
            response.Headers[trace] = request.Headers[trace] is [{ } value, ..] ? value : "";
        }

        // 2. A preflight is answered before anything is known of the caller.
        if (Cors.Apply(request, response.Headers, config.ServerCorsAllowedOrigins))
        {
            return;
        }

        // The page's files are for everybody: they say nothing of the database.
        if (config.Docs != DocsMode.Off && DocsPage.Find(request, snapshot) is { } file)
        {
            await WriteDocsAsync(http, file, config);
            WriteAccess(http, config, null);
            return;
        }

        AuthResult? auth = null;
        RequestLimits? entered = null;
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var route = Metrics.RouteOf(target, config.BasePath);
        using var body = new PooledBuffer();
        using var activity = Tracing.Start(request, target, route);
        using var deadline = RequestDeadline.Start(http, config.RequestTimeout);
        try
        {
            RequestHeadLimits.Check(target, request.Headers);
            entered = generation.Limits.Enter(http.Connection.RemoteIpAddress);

            // 3.
            auth = await generation.Authenticator.AuthenticateAsync(request.Headers.Authorization is [{ } header, ..] ? header : null, http.RequestAborted);
            generation.Limits.CheckRole(auth.Role);
            timing.Mark(Stage.Jwt);
            if (snapshot.Schema is not { } cache)
            {
                throw new ApiException(new SchemaCacheMissing());
            }

            // 4.
            using var payload = await ReadBodyAsync(request, config, http.RequestAborted);

            // 5.
            var parsed = ApiRequest.Parse(HeadOf(http, config), payload?.WrittenMemory ?? default, config);
            timing.Mark(Stage.Parse);

            // 6.
            var plan = Planner.Plan(parsed, cache, config);
            timing.Mark(Stage.Plan);
            if (LegacyNames(plan) is { IsDefaultOrEmpty: false } names)
            {
                log.LegacyNames(names, request.Method, target);
            }

            if (plan is ActionPlan.Info)
            {
                timing.Mark(Stage.Transaction);
                await WriteAsync(http, Responder.Describe(plan, parsed, config, DbResult.None), body, config, timing);
                return;
            }

            if (plan is ActionPlan.Inspect inspect)
            {
                CheckMayInspect(inspect, parsed, config);
            }

            await RunAsync(http, plan, parsed, snapshot, auth, body, timing);
        }
        catch (OperationCanceledException) when (deadline is { HasPassed: true })
        {
            await RefuseAsync(http, new ApiException(new RequestTimedOut(config.RequestTimeout)), config, auth, body);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client left; the driver has asked PostgreSQL to stop.
            http.Abort();
        }
        catch (Exception exception)
        {
            await RefuseAsync(http, exception, config, auth, body);
        }
        finally
        {
            entered?.Leave();
            WriteAccess(http, config, auth);
            state.Metrics.RequestEnded(route, request.Method, response.StatusCode, started, response.ContentLength ?? 0);
            Tracing.Measure(request.Method, route, response.StatusCode, started);
            Tracing.End(activity, response.StatusCode, auth?.Role);
        }
    }

    async Task RunAsync(
        HttpContext http, ActionPlan plan, ApiRequest parsed, Snapshot snapshot, AuthResult auth, PooledBuffer body, RequestTiming timing)
    {
        var made = database.IsUtc ? RowsMade.HereInUtc : RowsMade.Here;
        var patience = Patience.Of(database.RetryTime);
        var repeats = 0;
        for (var attempt = 0; ; attempt++)
        {
            // 7.
            var statements = RequestStatements.For(plan, parsed, snapshot, auth.Role, auth.ClaimsJson, made);
            if (snapshot.Config.LogQuery)
            {
                http.Items[StatementsKey] = statements;
            }

            try
            {
                // 8.
                await using var execution = await Executor.StartAsync(database, statements, patience, http.RequestAborted);
                if (statements.Shape is ResultShape.Rows rows && !execution.Gives(rows))
                {
                    // A read, so running it again does no harm.
                    made = made == RowsMade.HereInUtc && !execution.IsUtc ? RowsMade.Here : RowsMade.ByPostgres;
                    continue;
                }

                await (plan is ActionPlan.Inspect inspect
                    ? InspectAsync(http, inspect, parsed, snapshot, execution, body, timing)
                    : RespondAsync(http, plan, parsed, snapshot.Config, statements, execution, body, timing));
                return;
            }
            catch (PostgresException error) when (error.MessageText.Contains("ar_", StringComparison.Ordinal) && PlanNames.Explain(error, plan) is { } explained)
            {
                throw new ApiException(explained);
            }
            catch (NpgsqlException error) when (
                !http.Response.HasStarted && Database.MayRepeat(error, statements.Frame.ReadOnly, repeats, patience))
            {
                body.Clear();
                await database.PrepareRepeatAsync(error, repeats++, http.RequestAborted);
            }
            catch (PostgresException error) when (attempt - repeats < 2 && !http.Response.HasStarted)
            {
                body.Clear();
                if (IsLostStatement(error))
                {
                    // Nothing ran: the statement was not known. Without preparation it will be.
                    database.StopPreparing(error.SqlState);
                }
                else if (error is { SqlState: "0A000", Routine: "RevalidateCachedQuery" })
                {
                    // "cached plan must not change result type": the table was altered since the statement was prepared. Nothing ran; a new connection
                    // prepares it anew. A pooler goes by the text, so that has to be a new one, too.
                    RoleNumbers.Renew();
                    database.Flush();
                }
                else if (error.SqlState == "42703" && made != RowsMade.ByPostgres && statements.Shape is ResultShape.Rows)
                {
                    // A column of the cache may be gone from the database: let PostgreSQL expand the star, and report what is really wrong.
                    made = RowsMade.ByPostgres;
                }
                else
                {
                    throw;
                }
            }
        }
    }

    static System.Collections.Immutable.ImmutableArray<(string Target, string Alias)> LegacyNames(ActionPlan plan) => plan switch
    {
        ActionPlan.Read read => read.LegacyNames,
        ActionPlan.Mutate mutate => mutate.LegacyNames,
        ActionPlan.Call call => call.LegacyNames,
        _ => [],
    };

    /// <summary>What a pooler answers that gave the prepared statement's connection to somebody else.</summary>
    static bool IsLostStatement(PostgresException error) =>
        error.SqlState is "26000" or "42P05" or "08P01" && error.MessageText.Contains("prepared statement", StringComparison.Ordinal);

    async Task RespondAsync(
        HttpContext http, ActionPlan plan, ApiRequest parsed, AppConfig config, RequestStatements statements, Execution.Execution execution,
        PooledBuffer body, RequestTiming timing)
    {
        var cancellation = http.RequestAborted;
        if (statements.Shape is ResultShape.Rows rows)
        {
            var encoder = new RowEncoder(rows);
            encoder.Begin(body);
            var (total, ended) = await execution.ReadRowsAsync(encoder, rows.HasTotal, body, config.StreamThreshold, cancellation);
            if (!ended)
            {
                await StreamAsync(http, plan, parsed, config, execution, encoder, rows, total, body, timing);
                return;
            }

            encoder.End(body);
            var (headers, status) = await execution.FinishAsync(cancellation);
            await execution.EndAsync(cancellation);
            var result = new DbResult(TotalOf(total, execution.PlannedRows, parsed, config), encoder.Rows, headers, status, null, null);
            timing.Mark(Stage.Transaction);
            CheckRows(plan, parsed, result);
            await WriteAsync(http, Responder.Describe(plan, parsed, config, result), body, config, timing);
            return;
        }

        DbResult answer;
        if (statements.Shape is ResultShape.Lines)
        {
            await execution.ReadLinesAsync(body, cancellation);
            answer = DbResult.None;
        }
        else
        {
            answer = await execution.ReadAggregateAsync(body, cancellation);
            answer = answer with { Total = TotalOf(answer.Total, execution.PlannedRows, parsed, config) };
        }

        await execution.FinishAsync(cancellation);
        if (statements.Shape is ResultShape.Aggregate)
        {
            if (plan is ActionPlan.Call)
            {
                await execution.CheckConstraintsAsync(cancellation);
                CheckRows(plan, parsed, answer);
            }
            else
            {
                CheckRows(plan, parsed, answer);
                await execution.CheckConstraintsAsync(cancellation);
            }
        }

        // 9. Before the end of the transaction: malformed response settings undo it.
        var head = Responder.Describe(plan, parsed, config, answer);
        await execution.EndAsync(cancellation);
        timing.Mark(Stage.Transaction);
        await WriteAsync(http, head, body, config, timing);
    }

    /// <summary>The total by preference. contract/reads.md §9.</summary>
    static long? TotalOf(long? counted, long? planned, ApiRequest request, AppConfig config) => (request.Preferences.Count, planned) switch
    {
        (CountPreference.Planned, { } rows) => rows,
        (CountPreference.Estimated, { } rows) when config.DbMaxRows is { } max => counted <= max ? counted : Math.Max(max + 1, rows),
        (CountPreference.Estimated, { } rows) => Math.Max(counted ?? 0, rows),
        _ => counted,
    };

    /// <summary>Refusals that need the number of rows. contract/functions.md §11, writes.md §9, §12.</summary>
    static void CheckRows(ActionPlan plan, ApiRequest request, DbResult result)
    {
        var rows = result.PageRows ?? 0;
        switch (plan)
        {
            case ActionPlan.Mutate { Plan.Kind: MutationKind.SingleUpsert } when rows != 1:
                throw new ApiException(new PutKeyMismatch());
            case ActionPlan.Mutate { Plan.Kind: MutationKind.SingleUpsert }:
                return;
            case ActionPlan.Read { Body.IsSingular: true } when rows != 1:
            case ActionPlan.Mutate { Body.IsSingular: true } when rows != 1:
            case ActionPlan.Call { Body.IsSingular: true } when rows != 1:
                throw new ApiException(new NotSingular(rows));
            default:
                break;
        }

        if (request.Preferences is { Handling: HandlingPreference.Strict, MaxAffected: { } max } && rows > max
            && plan is ActionPlan.Mutate { Plan.Kind: MutationKind.Update or MutationKind.Delete } or ActionPlan.Call)
        {
            throw new ApiException(new MaxAffectedExceeded(rows));
        }
    }

    /// <summary>
    /// A result larger than the buffer: the head goes out with what is known, rows follow at the client's pace. A failure from here on cuts the
    /// connection: never a half-true 200.
    /// </summary>
    async Task StreamAsync(
        HttpContext http, ActionPlan plan, ApiRequest parsed, AppConfig config, Execution.Execution execution, RowEncoder encoder,
        ResultShape.Rows rows, long? total, PooledBuffer body, RequestTiming timing)
    {
        var cancellation = http.RequestAborted;
        timing.Mark(Stage.Transaction);
        total = TotalOf(total, execution.PlannedRows, parsed, config);
        var head = Responder.Describe(plan, parsed, config, new DbResult(
            total, StreamedRows(parsed, total), execution.PreRequestSettings.Headers, execution.PreRequestSettings.Status, null, null));
        Begin(http, head, timing);
        var output = Compression.Stream(http, config);
        var sent = 0L;
        state.Metrics.StreamStarted();
        try
        {
            while (true)
            {
                sent += body.WrittenCount;
                await output.WriteAsync(body.WrittenMemory, cancellation);
                body.Clear();
                var (_, ended) = await execution.ReadRowsAsync(encoder, rows.HasTotal, body, StreamChunk, cancellation);
                if (ended)
                {
                    break;
                }
            }

            encoder.End(body);
            await execution.FinishAsync(cancellation);
            sent += body.WrittenCount;
            await output.WriteAsync(body.WrittenMemory, cancellation);
            await output.EndAsync(cancellation);
        }
        finally
        {
            state.Metrics.StreamEnded(sent);
        }
    }

    /// <summary>Rows a streamed page will have, when the total tells: those from the offset on, at most the limit.</summary>
    static long? StreamedRows(ApiRequest request, long? total)
    {
        if (total is not { } known || request.Range.Lower > known)
        {
            return null;
        }

        var left = known - (long)request.Range.Lower;
        return request.Range.Limit is { } limit && limit < left ? (long)limit : left;
    }

    static async Task<PooledBuffer?> ReadBodyAsync(HttpRequest request, AppConfig config, CancellationToken cancellationToken)
    {
        if (request.Method is not ("POST" or "PUT" or "PATCH") || request.ContentLength == 0)
        {
            return null;
        }

        if (request.ContentLength > config.MaxBodySize)
        {
            throw new ApiException(new BodyTooLarge(config.MaxBodySize));
        }

        var body = new PooledBuffer();
        try
        {
            if (request.ContentLength is { } length)
            {
                _ = body.GetMemory((int)length);
            }

            while (true)
            {
                var read = await request.BodyReader.ReadAsync(cancellationToken);
                foreach (var segment in read.Buffer)
                {
                    body.Write(segment.Span);
                }

                request.BodyReader.AdvanceTo(read.Buffer.End);
                if (body.WrittenCount > config.MaxBodySize)
                {
                    throw new ApiException(new BodyTooLarge(config.MaxBodySize));
                }

                if (read.IsCompleted)
                {
                    return body;
                }
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    static RequestHead HeadOf(HttpContext http, AppConfig config) => RequestHead.Of(
        http.Request.Method, http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, http.Request.Headers, config.BasePath);

    static void Begin(HttpContext http, ResponseHead head, RequestTiming timing)
    {
        http.Response.StatusCode = head.Status;
        foreach (var (name, value) in head.Headers)
        {
            http.Response.Headers.Append(name, value);
        }

        timing.Mark(Stage.Response);
        if (timing.Text is { } text)
        {
            http.Response.Headers["Server-Timing"] = text;
        }
    }

    /// <summary>A complete response: its length is known before its first byte.</summary>
    static async Task WriteAsync(HttpContext http, ResponseHead head, PooledBuffer body, AppConfig config, RequestTiming timing)
    {
        Begin(http, head, timing);
        if (head.Replacement is { } error)
        {
            body.Clear();
            ErrorWriter.Write(body, error, config.ClientErrorVerbosity);
        }

        var isHead = http.Request.Method == "HEAD";
        if (!head.HasBody || isHead)
        {
            if (!isHead && head.Status is not (204 or 304))
            {
                http.Response.ContentLength = 0;
            }

            return;
        }

        if (Compression.Compress(http, config, body) is { } compressed)
        {
            using (compressed)
            {
                http.Response.ContentLength = compressed.WrittenCount;
                await http.Response.BodyWriter.WriteAsync(compressed.WrittenMemory, http.RequestAborted);
            }

            return;
        }

        http.Response.ContentLength = body.WrittenCount;
        await http.Response.BodyWriter.WriteAsync(body.WrittenMemory, http.RequestAborted);
    }

    async Task RefuseAsync(HttpContext http, Exception exception, AppConfig config, AuthResult? auth, PooledBuffer body)
    {
        if (http.Response.HasStarted)
        {
            log.ResponseAborted(exception is PostgresException failed ? failed.SqlState : exception.GetType().Name);
            http.Abort();
            return;
        }

        var error = ErrorOf(exception, auth is null || auth.Role == config.DbAnonRole);
        var response = http.Response;
        response.StatusCode = error.Status;
        if (error.ReasonPhrase is { } reason && http.Features.Get<IHttpResponseFeature>() is { } feature && !reason.AsSpan().ContainsAny('\r', '\n'))
        {
            feature.ReasonPhrase = reason;
        }

        response.ContentType = "application/json; charset=utf-8";
        response.Headers["Proxy-Status"] = $"PostgREST; error={error.Code}";
        if (error.WwwAuthenticate is { } challenge)
        {
            response.Headers.WWWAuthenticate = challenge;
        }

        if (error is ConnectionLost)
        {
            // The other connections of the pool went the same way, or are about to.
            database.Flush();
        }

        if (error.Status == 503 && error is not (Overloaded or KeysNotFetched))
        {
            // Not "at once" while an attempt is under way: clients that obey use up their few retries before it has come to its end.
            var wait = Math.Max(state.IsPending ? 1 : 0, Math.Ceiling((state.NextAttempt - DateTimeOffset.UtcNow).TotalSeconds));
            response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
            reloader.Request(afterOutage: true);
        }

        foreach (var (name, value) in error.Headers)
        {
            response.Headers.Append(name, value);
        }

        body.Clear();
        ErrorWriter.Write(body, error, config.ClientErrorVerbosity);
        response.ContentLength = body.WrittenCount;
        if (http.Request.Method != "HEAD")
        {
            await response.BodyWriter.WriteAsync(body.WrittenMemory, CancellationToken.None);
        }

        if (error.Status >= 500 && config.LogLevel >= ServerLogLevel.Error)
        {
            using var full = new PooledBuffer();
            ErrorWriter.Write(full, error, ErrorVerbosity.Verbose);
            log.ClientError(error.Code, System.Text.Encoding.UTF8.GetString(full.WrittenSpan));
        }
    }

    ApiError ErrorOf(Exception exception, bool isAnonymous)
    {
        switch (exception)
        {
            case ApiException { Error: var error }:
                return error;
            case NpgsqlException database:
                return DatabaseErrors.From(database, isAnonymous);
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return new BodyTooLarge(state.Current.Snapshot.Config.MaxBodySize);
            case BadHttpRequestException bad:
                return new BadHttp(bad.StatusCode, bad.Message);
            case TimeoutException or IOException:
                return new ConnectionLost(exception.Message);
            default:
                log.Unexpected(exception);
                return new InternalError();
        }
    }

    void WriteAccess(HttpContext http, AppConfig config, AuthResult? auth)
    {
        var status = http.Response.StatusCode;
        var written = config.LogLevel switch
        {
            ServerLogLevel.Crit => false,
            ServerLogLevel.Error => status >= 500,
            ServerLogLevel.Warn => status >= 400,
            _ => true,
        };
        if (!written)
        {
            return;
        }

        var headers = http.Request.Headers;
        log.Access(
            AddressText(http.Connection.RemoteIpAddress), auth?.Role ?? "-", http.Request.Method,
            http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, status, http.Response.ContentLength,
            headers.Referer.ToString(), headers.UserAgent.ToString());
        if (config.LogQuery && http.Items.TryGetValue(StatementsKey, out var kept) && kept is RequestStatements statements)
        {
            foreach (var statement in new[] { statements.Session, statements.PreRequest, statements.CountPlan, statements.Main })
            {
                if (statement is not null)
                {
                    log.Query(statement.Text);
                }
            }
        }
    }

    /// <summary>IPv6 in eight groups without leading zeros or gaps, but for the loopback: the form the reference's log has.</summary>
    internal static string AddressText(IPAddress? address) => address switch
    {
        null => "-",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } when !address.Equals(IPAddress.IPv6Loopback) => Groups(address.GetAddressBytes()),
        _ => address.ToString(),
    };

    static string Groups(byte[] bytes) => string.Join(':', Enumerable.Range(0, 8)
        .Select(i => ((bytes[2 * i] << 8) | bytes[(2 * i) + 1]).ToString("x", CultureInfo.InvariantCulture)));
}
