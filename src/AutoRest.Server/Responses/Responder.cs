using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;
using AutoRest.Server.Execution;
using AutoRest.Server.Planning;
using AutoRest.Server.Requests;

namespace AutoRest.Server.Responses;

/// <summary>Status and headers of a response.</summary>
/// <param name="HasBody">The body built by the execution is sent.</param>
/// <param name="Replacement">An error object that takes the body's place: the 416 found after the query.</param>
public sealed record ResponseHead(int Status, List<KeyValuePair<string, string>> Headers, bool HasBody, ApiError? Replacement = null);

/// <summary>Result × plan → status and headers. Pure. contract/requests.md §9–§11.</summary>
public static class Responder
{
    const string Vary = "Accept, Prefer, Range";

    /// <summary>Ours: a position of the log that includes the write; a read takes it as <c>Prefer: read-after</c>. Only where reads go to standbys.</summary>
    public const string PositionHeader = "AutoRest-LSN";

    /// <exception cref="ApiException">PGRST111, PGRST112: the response settings are malformed.</exception>
    public static ResponseHead Describe(ActionPlan plan, ApiRequest request, AppConfig config, DbResult result)
    {
        var head = plan switch
        {
            ActionPlan.Read { Body.Plan: { } options } read => DescribePlan(read.Body, options, request),
            ActionPlan.Mutate { Body.Plan: { } options } mutate => DescribePlan(mutate.Body, options, request),
            ActionPlan.Call { Body.Plan: { } options } call => DescribePlan(call.Body, options, request),
            ActionPlan.Read read => DescribeRead(read, request, config, result),
            ActionPlan.Mutate mutate => DescribeMutation(mutate, request, config, result),
            ActionPlan.Call call => DescribeCall(call, request, config, result),
            ActionPlan.Info info => new ResponseHead(200, [new("Allow", info.Allow), new("Access-Control-Allow-Origin", "*")], false),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

        // A bad status wins over bad headers.
        var status = result.ResponseStatus is { } text ? ResponseGucs.ParseStatus(text) : (int?)null;
        head.Headers.Add(new("Vary", Vary));
        if (result.ResponseHeaders is { } json)
        {
            var set = ResponseGucs.ParseHeaders(json);
            head.Headers.RemoveAll(h => set.Exists(s => s.Key.Equals(h.Key, StringComparison.OrdinalIgnoreCase)));
            head.Headers.AddRange(set);
        }

        return status is { } given ? head with { Status = given } : head;
    }

    static ResponseHead DescribePlan(NegotiatedBody body, PlanOptions options, ApiRequest request)
    {
        var type = new StringBuilder(options.IsJson ? "application/vnd.pgrst.plan+json" : "application/vnd.pgrst.plan+text");
        type.Append(CultureInfo.InvariantCulture, $"; for=\"{options.For.Name}\"");
        string?[] names =
        [
            options.Analyze ? "analyze" : null, options.Verbose ? "verbose" : null, options.Settings ? "settings" : null,
            options.Buffers ? "buffers" : null, options.Wal ? "wal" : null,
        ];
        var chosen = string.Join('|', names.Where(static n => n is not null));
        if (chosen.Length > 0)
        {
            type.Append("; options=").Append(chosen);
        }

        _ = body;
        var headers = new List<KeyValuePair<string, string>> { new("Content-Type", type.Append("; charset=utf-8").ToString()) };
        AddProfile(headers, request);
        return new ResponseHead(200, headers, true);
    }

    /// <summary>
    /// The document. Our version has an entity tag, so that a client may keep it and ask again; the answer is the caller's own, hence <c>private</c>.
    /// </summary>
    public static ResponseHead DescribeDocument(ActionPlan.Inspect inspect, ApiRequest request, string tag)
    {
        var headers = new List<KeyValuePair<string, string>>(8);
        AddType(headers, inspect.MediaType, request);
        if (inspect.Version == DocumentVersion.Swagger2)
        {
            headers.Add(new("Vary", Vary));
            return new ResponseHead(200, headers, !inspect.HeadersOnly);
        }

        headers.Add(new("Vary", Vary + ", Authorization, Accept-Profile"));
        headers.Add(new("Cache-Control", "private, no-cache"));
        headers.Add(new("ETag", tag));
        if (IsKnown(request.Head.Headers.IfNoneMatch, tag))
        {
            headers.RemoveAll(static h => h.Key == "Content-Type");
            return new ResponseHead(304, headers, false);
        }

        return new ResponseHead(200, headers, !inspect.HeadersOnly);
    }

    /// <summary>RFC 9110 §13.1.2: compared weakly; <c>*</c> is any.</summary>
    static bool IsKnown(Microsoft.Extensions.Primitives.StringValues tags, string tag)
    {
        foreach (var header in tags)
        {
            foreach (var range in header.AsSpan().Split(','))
            {
                var candidate = header.AsSpan()[range].Trim();
                if (candidate is "*" || Opaque(candidate).SequenceEqual(Opaque(tag)))
                {
                    return true;
                }
            }
        }

        return false;
    }

    static ReadOnlySpan<char> Opaque(ReadOnlySpan<char> tag) => tag.StartsWith("W/") ? tag[2..] : tag;

    static ResponseHead DescribeRead(ActionPlan.Read plan, ApiRequest request, AppConfig config, DbResult result)
    {
        var headers = new List<KeyValuePair<string, string>>(8);
        var query = request.Query.Canonical;
        AddType(headers, plan.Body.MediaType, request);
        headers.Add(new("Content-Location", $"/{plan.Plan.From.Name}{(query.Length == 0 ? "" : "?")}{query}"));
        var status = AddRange(headers, request.Range, result);
        AddPreferences(headers, request, config, null);
        AddWarning(headers, plan.LegacyNames);
        return status == 416
            ? new ResponseHead(416, headers, true, OffsetBeyond(request.Range, result))
            : new ResponseHead(status, headers, !plan.HeadersOnly);
    }

    static RangeNotSatisfiable OffsetBeyond(RowRange range, DbResult result) => RangeNotSatisfiable.BeyondTotal(range.Lower, result.Total ?? 0);

    /// <summary>The page's rows are unknown while it streams; then nothing was counted or the total says enough.</summary>
    static int AddRange(List<KeyValuePair<string, string>> headers, RowRange range, DbResult result)
    {
        var offset = range.Lower;
        var rows = result.PageRows ?? 0;
        headers.Add(new("Content-Range", ContentRange.Format(offset, rows, result.Total)));
        return ContentRange.StatusOf(offset, rows, result.Total);
    }

    static ResponseHead DescribeCall(ActionPlan.Call call, ApiRequest request, AppConfig config, DbResult result)
    {
        var headers = new List<KeyValuePair<string, string>>(8);
        var isVoid = call.Plan.Routine.Return.IsVoid;
        if (!isVoid)
        {
            AddType(headers, call.Body.MediaType, request);
        }

        var status = AddRange(headers, request.Range, result);
        AddPreferences(headers, request, config, null);
        AddWarning(headers, call.LegacyNames);
        return isVoid
            ? new ResponseHead(204, headers, false)
            : status == 416
                ? new ResponseHead(416, headers, true, OffsetBeyond(request.Range, result))
                : new ResponseHead(status, headers, !call.HeadersOnly);
    }

    static ResponseHead DescribeMutation(ActionPlan.Mutate mutate, ApiRequest request, AppConfig config, DbResult result)
    {
        var plan = mutate.Plan;
        var headers = new List<KeyValuePair<string, string>>(8);
        if (plan.ReturnsRows)
        {
            AddType(headers, mutate.Body.MediaType, request);
        }

        var rows = result.PageRows ?? 0;
        var total = request.Preferences.Count is CountPreference.Exact or CountPreference.Estimated ? rows : (long?)null;
        if (plan.Kind != MutationKind.SingleUpsert)
        {
            headers.Add(new("Content-Range", ContentRange.Format(BigInteger.Zero, plan.Kind == MutationKind.Update ? rows : 0, total)));
        }

        if (result.LocatedRow is { } row && LocationOf(plan, row) is { } location)
        {
            headers.Add(new("Location", location));
        }

        AddPreferences(headers, request, config, plan);
        AddWarning(headers, mutate.LegacyNames);
        var inserted = result.Inserted > 0;
        var status = plan.Kind switch
        {
            MutationKind.Insert => plan.Resolution == ResolutionPreference.MergeDuplicates && !inserted ? 200 : 201,
            MutationKind.SingleUpsert when plan.ReturnsRows => inserted ? 201 : 200,
            _ => plan.ReturnsRows ? 200 : 204,
        };
        return new ResponseHead(status, headers, plan.ReturnsRows);
    }

    /// <summary>The inserted row's address by its primary key. contract/requests.md §11.2.</summary>
    static string? LocationOf(MutatePlan plan, string row)
    {
        var text = new StringBuilder();
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(row));
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            var value = reader.TokenType switch
            {
                JsonTokenType.String => reader.GetString(),
                JsonTokenType.Null => null,
                _ => RawText(ref reader, row),
            };
            if (plan.Table.PrimaryKey.Contains(name))
            {
                text.Append(text.Length == 0 ? '?' : '&').Append(Uri.EscapeDataString(name)).Append(value is null ? "=is.null" : "=eq.");
                text.Append(value is null ? "" : Uri.EscapeDataString(value));
            }
        }

        return text.Length == 0 ? null : $"/{plan.Relation.Name}{text}";
    }

    static string RawText(ref Utf8JsonReader reader, string row)
    {
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }

        var bytes = Encoding.UTF8.GetBytes(row);
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return Encoding.UTF8.GetString(bytes, start, (int)reader.BytesConsumed - start);
    }

    static void AddType(List<KeyValuePair<string, string>> headers, MediaType type, ApiRequest request)
    {
        headers.Add(new("Content-Type", ContentTypeOf(type)));
        AddProfile(headers, request);
    }

    static string ContentTypeOf(MediaType type) => type.Kind switch
    {
        MediaTypeKind.OpenApi when type.IsOpenApi3 => "application/openapi+json;version=3.1; charset=utf-8",
        MediaTypeKind.Json => "application/json; charset=utf-8",
        MediaTypeKind.OctetStream or MediaTypeKind.Other => type.Name,
        _ => type.Name + "; charset=utf-8",
    };

    static void AddProfile(List<KeyValuePair<string, string>> headers, ApiRequest request)
    {
        if (request.SchemaNegotiated)
        {
            headers.Add(new("Content-Profile", request.Schema));
        }
    }

    /// <summary>Contract/embedding.md §9.</summary>
    static void AddWarning(List<KeyValuePair<string, string>> headers, ImmutableArray<(string Target, string Alias)> names)
    {
        if (names.IsEmpty)
        {
            return;
        }

        var changes = string.Join(", ", names.Distinct().Select(static n => $"`{n.Target}` to `{n.Alias}`"));
        headers.Add(new(
            "Warning",
            "299 PostgRESTv16.2 \"Embedded resource was referenced by relation name even though it has an alias. This is deprecated and will stop working "
            + $"in a future release. Update {changes} in query string filters, orders or limits.\""));
    }

    /// <summary>What was obeyed, in the fixed order of contract/writes.md §10.1.</summary>
    /// <param name="mutation">Null for reads and calls.</param>
    static void AddPreferences(List<KeyValuePair<string, string>> headers, ApiRequest request, AppConfig config, MutatePlan? mutation)
    {
        var preferences = request.Preferences;
        if (ReferenceEquals(preferences, Preferences.None))
        {
            return;
        }

        var applied = new List<string>();
        if (mutation is { Kind: MutationKind.Insert } insert && preferences.Resolution is { } resolution
            && (!insert.Table.PrimaryKey.IsEmpty || request.Query.OnConflict is not null))
        {
            applied.Add(Preferences.TokenOf(resolution));
        }

        if (mutation is { Kind: MutationKind.Insert or MutationKind.Update } && preferences.Missing is { } missing)
        {
            applied.Add(Preferences.TokenOf(missing));
        }

        if (mutation is not null && preferences.Return is { } returned)
        {
            applied.Add(Preferences.TokenOf(returned));
        }

        if (preferences.Count is { } count)
        {
            applied.Add(Preferences.TokenOf(count));
        }

        if (preferences.Transaction is { } transaction && config.DbTxEnd is TransactionEnd.CommitAllowOverride or TransactionEnd.RollbackAllowOverride)
        {
            applied.Add(Preferences.TokenOf(transaction));
        }

        if (preferences.Handling is { } handling)
        {
            applied.Add(Preferences.TokenOf(handling));
        }

        if (preferences.Timezone is { } timezone)
        {
            applied.Add("timezone=" + timezone);
        }

        if (preferences is { Handling: HandlingPreference.Strict, MaxAffected: { } max }
            && mutation is null or { Kind: MutationKind.Update or MutationKind.Delete }
            && request.Action is not RequestAction.Read)
        {
            applied.Add(string.Create(CultureInfo.InvariantCulture, $"max-affected={max}"));
        }

        if (mutation is null && preferences.ReadPrimary)
        {
            applied.Add(Preferences.ReadPrimaryToken);
        }

        if (mutation is null && preferences.ReadAfter is { } position)
        {
            applied.Add(Preferences.ReadAfterToken(position));
        }

        if (applied.Count > 0)
        {
            headers.Add(new("Preference-Applied", string.Join(", ", applied)));
        }
    }
}
