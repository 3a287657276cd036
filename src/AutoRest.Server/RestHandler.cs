using System.Diagnostics;
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
public sealed partial class RestHandler(AppState state, Database database, SchemaReloader reloader, Log log, Replicas? replicas = null)
{
    /// <summary>Where the statements of a request are kept for <c>log-query</c>.</summary>
    static readonly object StatementsKey = new();

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
        if (Cors.Apply(request, response.Headers, config.ServerCorsAllowedOrigins, replicas is not null))
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
        Database? source = null;

        // Runs that found what is known of the database out of date.
        var stale = 0;
        while (true)
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
                source ??= replicas is null ? database : await replicas.ChooseAsync(plan, statements.Frame, parsed.Preferences, http.RequestAborted);

                // Nothing waits for a standby: the primary answers instead.
                await using var execution = await Executor.StartAsync(source, statements, source == database ? patience : default, http.RequestAborted);
                if (statements.Shape is ResultShape.Rows rows && !execution.Gives(rows))
                {
                    // A read, so running it again does no harm.
                    made = made == RowsMade.HereInUtc && !execution.IsUtc ? RowsMade.Here : RowsMade.ByPostgres;
                    stale++;
                    continue;
                }

                await (plan is ActionPlan.Inspect inspect
                    ? InspectAsync(http, inspect, parsed, snapshot, execution, body, timing)
                    : RespondAsync(http, plan, parsed, snapshot.Config, statements, execution, body, timing));
                return;
            }
            catch (Exception error) when (source is not null && source != database && !http.Response.HasStarted && Replicas.MayAskPrimary(error))
            {
                body.Clear();
                replicas!.Report(source, error);
                source = database;
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
            catch (PostgresException error) when (stale++ < 2 && !http.Response.HasStarted)
            {
                body.Clear();
                if (database.Recovers(error))
                {
                    continue;
                }

                if (error.SqlState == "42703" && made != RowsMade.ByPostgres && statements.Shape is ResultShape.Rows)
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
}
