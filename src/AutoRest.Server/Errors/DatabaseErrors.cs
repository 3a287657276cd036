using System.Globalization;
using System.Text.Json;
using Npgsql;

namespace AutoRest.Server.Errors;

/// <summary>An error PostgreSQL raised: its SQLSTATE, texts as they are. contract/errors.md §3.</summary>
public sealed record DatabaseError(string SqlState, int HttpStatus, string Text, string? Detail, string? HintText, string? Reason = null)
    : ApiError(SqlState, HttpStatus)
{
    public override string Message => Text;

    public override string? Details => Detail;

    public override string? Hint => HintText;

    public override string? ReasonPhrase => Reason;

    public override string? WwwAuthenticate => Status == 401 ? "Bearer" : null;
}

/// <summary>An error a function shaped itself: <c>RAISE SQLSTATE 'PGRST'</c>. contract/functions.md §10.</summary>
public sealed record RaisedError(
    string RaisedCode, int HttpStatus, string Text, string? Detail, string? HintText, string? Reason, IReadOnlyList<KeyValuePair<string, string>> Added)
    : ApiError(RaisedCode, HttpStatus)
{
    public override string Message => Text;

    public override string? Details => Detail;

    public override string? Hint => HintText;

    public override string? ReasonPhrase => Reason;

    public override IReadOnlyList<KeyValuePair<string, string>> Headers => Added;
}

/// <summary>Exceptions of the driver → errors of the contract.</summary>
public static class DatabaseErrors
{
    /// <param name="isAnonymous">The role is <c>db-anon-role</c>: a missing privilege is 401, not 403.</param>
    public static ApiError From(NpgsqlException exception, bool isAnonymous) => exception switch
    {
        PostgresException { SqlState: "PGRST" } raised => FromRaised(raised),
        PostgresException error => new DatabaseError(
            error.SqlState, StatusOf(error, isAnonymous), error.MessageText, error.Detail, error.Hint,
            error.SqlState.StartsWith("PT", StringComparison.Ordinal) ? error.MessageText : null),
        { InnerException: TimeoutException } when exception.Message.Contains("pool has been exhausted", StringComparison.Ordinal) => new PoolTimeout(),
        { InnerException: System.Net.Sockets.SocketException or TimeoutException } => new ConnectionFailed(exception.InnerException.Message),
        _ when exception.Message.Contains("pool has been exhausted", StringComparison.Ordinal) => new PoolTimeout(),
        _ => new ConnectionLost(exception.InnerException?.Message ?? exception.Message),
    };

    /// <summary>The server refused the user or the password. With several hosts the driver wraps what each said.</summary>
    public static bool IsLoginRefused(Exception? exception) => exception switch
    {
        null => false,
        PostgresException error => error.SqlState is "28P01" or "28000",
        AggregateException several => several.InnerExceptions.Any(IsLoginRefused),
        _ => IsLoginRefused(exception.InnerException),
    };

    static int StatusOf(PostgresException error, bool isAnonymous)
    {
        var state = error.SqlState;
        var message = error.MessageText;
        switch (state)
        {
            case "23503" or "23505":
                return 409;
            case "25006":
                return 405;
            case "21000":
                return message.EndsWith("requires a WHERE clause", StringComparison.Ordinal) ? 400 : 500;
            case "22023":
                return message.StartsWith("role", StringComparison.Ordinal) && message.EndsWith("does not exist", StringComparison.Ordinal) ? 401 : 400;
            case "42883":
                return message.StartsWith("function xmlagg(", StringComparison.Ordinal) ? 406 : 404;
            case "42P01":
                return 404;
            case "42P17":
                return 500;
            case "42501":
                return isAnonymous ? 401 : 403;
            case "53400":
                return 500;
            case "57P01":
                return 503;
            case "54011":
                // More columns than a query can have: the client asked for them, so it is no failure of the server's.
                return 400;
            case "P0001":
                return 400;
            default:
                break;
        }

        if (state.StartsWith("PT", StringComparison.Ordinal))
        {
            return int.TryParse(state.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 100 and <= 999 ? status : 500;
        }

        return state[..2] switch
        {
            "08" or "53" => 503,
            "09" or "25" or "2D" or "38" or "39" or "3B" or "40" or "54" or "55" or "57" or "58" or "F0" or "HV" or "P0" or "XX" => 500,
            "0L" or "0P" or "28" => 403,
            _ => 400,
        };
    }

    static ApiError FromRaised(PostgresException error)
    {
        if (ReadStrings(error.MessageText) is not { } message || !message.TryGetValue("code", out var code) || code is null
            || !message.TryGetValue("message", out var text) || text is null)
        {
            return InvalidRaise.OfMessage(error.MessageText);
        }

        if (error.Detail is not { } detail)
        {
            return InvalidRaise.DetailMissing;
        }

        if (!TryReadDetail(detail, out var status, out var reason, out var headers))
        {
            return InvalidRaise.OfDetail(detail);
        }

        return new RaisedError(code, status, text, message.GetValueOrDefault("details"), message.GetValueOrDefault("hint"), reason, headers);
    }

    /// <summary>Members of a JSON object whose known ones are strings; null when it is anything else.</summary>
    static Dictionary<string, string?>? ReadStrings(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            var members = new Dictionary<string, string?>(StringComparer.Ordinal);
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (member.Name is not ("code" or "message" or "details" or "hint"))
                {
                    continue;
                }

                switch (member.Value.ValueKind)
                {
                    case JsonValueKind.String:
                        members[member.Name] = member.Value.GetString();
                        break;
                    case JsonValueKind.Null:
                        members[member.Name] = null;
                        break;
                    default:
                        return null;
                }
            }

            return members;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static bool TryReadDetail(string json, out int status, out string? reason, out List<KeyValuePair<string, string>> headers)
    {
        status = 0;
        reason = null;
        headers = [];
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object
                || !root.TryGetProperty("status", out var statusValue) || statusValue.ValueKind != JsonValueKind.Number || !statusValue.TryGetInt32(out status)
                || !root.TryGetProperty("headers", out var headersValue) || headersValue.ValueKind != JsonValueKind.Object)
            {
                return false;
            }

            if (root.TryGetProperty("status_text", out var reasonValue) && reasonValue.ValueKind != JsonValueKind.Null)
            {
                if (reasonValue.ValueKind != JsonValueKind.String)
                {
                    return false;
                }

                reason = reasonValue.GetString();
            }

            foreach (var header in headersValue.EnumerateObject())
            {
                if (header.Value.ValueKind != JsonValueKind.String)
                {
                    return false;
                }

                headers.Add(new(header.Name, header.Value.GetString()!));
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
