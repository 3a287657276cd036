using System.Collections.Immutable;
using AutoRest.Introspection;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;

namespace AutoRest.Server.Requests;

public sealed partial record ApiRequest
{
    /// <summary>
    /// Understands a request in the order of contract/requests.md §1, stage 4; the first step that refuses decides:
    /// a. path → resource; b. profile header → schema; c. method × resource → action; d. query string; e. ranges; f. body.
    /// </summary>
    /// <param name="body">Complete; read only where the action has one.</param>
    /// <exception cref="ApiException">PGRST100, 101, 102, 103, 106, 114, 117, 125, 126.</exception>
    public static ApiRequest Parse(RequestHead head, ReadOnlyMemory<byte> body, AppConfig config)
    {
        var resource = Resource.Of(head.Path, config); // a
        var (schema, negotiated) = SelectSchema(head, config); // b
        var action = ActionOf(resource, head.Method, schema); // c
        var query = QueryParams.Parse( // d
            head.Query,
            argumentsAllowed: action is RequestAction.Call { Method: InvokeMethod.Get or InvokeMethod.Head },
            canonicalWanted: action is RequestAction.Read,
            config.Operators);
        var range = RootRange(head, query, action); // e
        var contentType = head.Headers.TryGetValue("Content-Type", out var types) ? MediaType.Parse(types[0]) : MediaType.Json;
        var payload = PayloadOf(action, body, contentType, query); // f

        if (query.ValuelessFilter is { } key && action is RequestAction.Mutate { Kind: MutationKind.Update or MutationKind.Delete })
        {
            // The reference ignores such a key, and the write then hits every row. Nobody means that.
            throw new ApiException(new FilterWithoutValue(key));
        }

        // Planning would attach the ranges; nothing before it that depends on the database can refuse for another reason than a missing relation.
        if (query.RangeError is { } error && action is RequestAction.Read or RequestAction.Mutate or RequestAction.Call)
        {
            throw new ApiException(error);
        }

        return new ApiRequest(
            action,
            query,
            head.Headers.TryGetValue("Prefer", out var preferences) ? Preferences.Parse(preferences, config.DbTxEnd, config.DbReadUri is not null) : Preferences.None,
            range,
            MediaType.ParseAccept(head.Headers.TryGetValue("Accept", out var accept) ? accept : default),
            contentType,
            schema,
            negotiated,
            payload,
            head);
    }

    /// <summary>What a path names. contract/requests.md §2.</summary>
    /// <param name="Name">Of the relation or function; empty for the root.</param>
    readonly record struct Resource(ResourceKind Kind, string Name)
    {
        public static Resource Of(string path, AppConfig config)
        {
            var rest = path.AsSpan();
            rest = rest.StartsWith('/') ? rest[1..] : rest;
            if (rest.IsEmpty)
            {
                return config switch
                {
                    { OpenApiMode: OpenApiMode.Disabled } => throw new ApiException(new RootDisabled()),
                    { DbRootSpec: { } root } => new Resource(ResourceKind.Routine, root.Name),
                    _ => new Resource(ResourceKind.Root, ""),
                };
            }

            // Two segments that are no function: no relation can have this path.
            if (rest is DocumentPath)
            {
                return config.OpenApiMode == OpenApiMode.Disabled
                    ? throw new ApiException(new RootDisabled())
                    : new Resource(ResourceKind.Document, "");
            }

            var slash = rest.IndexOf('/');
            if (slash < 0)
            {
                return new Resource(ResourceKind.Relation, UrlText.DecodeSegment(rest));
            }

            var name = rest[(slash + 1)..];
            return !name.Contains('/') && UrlText.DecodeSegment(rest[..slash]) == "rpc"
                ? new Resource(ResourceKind.Routine, UrlText.DecodeSegment(name))
                : throw new ApiException(new InvalidPath());
        }
    }

    /// <summary>Where the OpenAPI 3.1 document is, whatever answers the root. Without the leading slash.</summary>
    public const string DocumentPath = ".well-known/openapi.json";

    enum ResourceKind
    {
        Root,
        Document,
        Relation,
        Routine,
    }

    /// <summary>contract/requests.md §4.</summary>
    static (string Schema, bool Negotiated) SelectSchema(RequestHead head, AppConfig config)
    {
        var header = head.Method is "POST" or "PATCH" or "PUT" or "DELETE" ? "Content-Profile" : "Accept-Profile";
        if (!head.Headers.TryGetValue(header, out var profiles) || profiles.Count == 0)
        {
            return (config.DbSchemas[0], config.DbSchemas.Length > 1);
        }

        var profile = profiles[0] ?? "";
        return config.DbSchemas.Contains(profile)
            ? (profile, true)
            : throw new ApiException(new SchemaNotExposed(profile, config.DbSchemas));
    }

    /// <summary>contract/requests.md §2.1.</summary>
    static RequestAction ActionOf(Resource resource, string method, string schema)
    {
        var name = new QualifiedIdentifier(schema, resource.Name);
        return (resource.Kind, method) switch
        {
            (ResourceKind.Relation, "GET") => new RequestAction.Read(name, HeadersOnly: false),
            (ResourceKind.Relation, "HEAD") => new RequestAction.Read(name, HeadersOnly: true),
            (ResourceKind.Relation, "POST") => new RequestAction.Mutate(name, MutationKind.Insert),
            (ResourceKind.Relation, "PUT") => new RequestAction.Mutate(name, MutationKind.SingleUpsert),
            (ResourceKind.Relation, "PATCH") => new RequestAction.Mutate(name, MutationKind.Update),
            (ResourceKind.Relation, "DELETE") => new RequestAction.Mutate(name, MutationKind.Delete),
            (ResourceKind.Relation, "OPTIONS") => new RequestAction.RelationInfo(name),
            (ResourceKind.Routine, "GET") => new RequestAction.Call(name, InvokeMethod.Get),
            (ResourceKind.Routine, "HEAD") => new RequestAction.Call(name, InvokeMethod.Head),
            (ResourceKind.Routine, "POST") => new RequestAction.Call(name, InvokeMethod.Post),
            (ResourceKind.Routine, "OPTIONS") => new RequestAction.RoutineInfo(name),
            (ResourceKind.Routine, _) => throw new ApiException(new RoutineMethodNotAllowed(method)),
            (ResourceKind.Root, "GET") => new RequestAction.Inspect(HeadersOnly: false),
            (ResourceKind.Root, "HEAD") => new RequestAction.Inspect(HeadersOnly: true),
            (ResourceKind.Document, "GET") => new RequestAction.Describe(HeadersOnly: false),
            (ResourceKind.Document, "HEAD") => new RequestAction.Describe(HeadersOnly: true),
            (ResourceKind.Root or ResourceKind.Document, "OPTIONS") => new RequestAction.RootInfo(),
            _ => throw new ApiException(new UnsupportedMethod(method)),
        };
    }

    /// <summary>contract/requests.md §9.2. Only GET looks at the <c>Range</c> header.</summary>
    static RowRange RootRange(RequestHead head, QueryParams query, RequestAction action)
    {
        var header = head.Method == "GET" && head.Headers.TryGetValue("Range", out var ranges) && ranges.Count > 0
            ? RowRange.FromHeader(ranges[0])
            : RowRange.All;
        var range = RowRange.ForRoot(header, query.RootRange);
        return range.IsAll || action is not RequestAction.Mutate { Kind: MutationKind.SingleUpsert }
            ? range
            : throw new ApiException(new LimitOnPut());
    }

    /// <summary>Which actions have a body, and for which of them <c>columns</c> counts. contract/writes.md §1, §2.</summary>
    static Payload? PayloadOf(RequestAction action, ReadOnlyMemory<byte> body, MediaType contentType, QueryParams query) => action switch
    {
        RequestAction.Mutate { Kind: MutationKind.Insert or MutationKind.Update } =>
            Payload.Parse(body, contentType, isRoutine: false, query.Columns),
        RequestAction.Mutate { Kind: MutationKind.SingleUpsert } => Payload.Parse(body, contentType, isRoutine: false, columns: null),
        RequestAction.Call { Method: InvokeMethod.Post } => Payload.Parse(body, contentType, isRoutine: true, query.Columns),
        _ => null,
    };
}
