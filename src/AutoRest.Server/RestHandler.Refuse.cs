using System.Globalization;
using System.Net;
using System.Net.Sockets;
using AutoRest.Server.Auth;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;
using AutoRest.Server.Execution;
using AutoRest.Server.Queries;
using Microsoft.AspNetCore.Http.Features;
using Npgsql;

namespace AutoRest.Server;

/// <summary>Refusals as responses, and the line of the access log.</summary>
public sealed partial class RestHandler
{
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
