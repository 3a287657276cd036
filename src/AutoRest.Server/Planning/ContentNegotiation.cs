using System.Collections.Immutable;
using AutoRest.Introspection;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;
using AutoRest.Server.Requests;

namespace AutoRest.Server.Planning;

/// <summary>Chooses the representation. contract/representations.md §3.</summary>
static class ContentNegotiation
{
    /// <param name="target">The relation, or for functions the result relation.</param>
    /// <param name="isDefaultSelect">Handlers of the relation apply to a default select only.</param>
    /// <exception cref="ApiException">PGRST107 when nothing accepted can be produced.</exception>
    public static NegotiatedBody Choose(
        ImmutableArray<MediaType> accept, SchemaCache cache, AppConfig config, QualifiedIdentifier target, bool isDefaultSelect)
    {
        foreach (var type in accept)
        {
            if (Resolve(type, cache, config, target, isDefaultSelect) is { } body)
            {
                return body;
            }
        }

        throw new ApiException(new NotAcceptable(NamesOf(accept)));
    }

    internal static ImmutableArray<string> NamesOf(ImmutableArray<MediaType> types) => [.. types.Select(static t => t.Name)];

    static NegotiatedBody? Resolve(MediaType type, SchemaCache cache, AppConfig config, QualifiedIdentifier target, bool isDefaultSelect)
    {
        switch (type.Kind)
        {
            case MediaTypeKind.SingularJson:
                return new NegotiatedBody(type, BodyFormat.SingularJson, null, null);
            case MediaTypeKind.SingularJsonStripped:
                return new NegotiatedBody(type, BodyFormat.SingularJsonStripped, null, null);
            case MediaTypeKind.ArrayJsonStripped:
                return new NegotiatedBody(type, BodyFormat.ArrayJsonStripped, null, null);
            case MediaTypeKind.Plan:
                return config.DbPlanEnabled && type.Plan is { } plan && plan.For.Kind != MediaTypeKind.Plan
                    && Resolve(plan.For, cache, config, target, isDefaultSelect) is { } inner
                        ? inner with { MediaType = type, Plan = plan }
                        : null;
            default:
                return Lookup(type, cache, target, isDefaultSelect);
        }
    }

    static NegotiatedBody? Lookup(MediaType type, SchemaCache cache, QualifiedIdentifier target, bool isDefaultSelect)
    {
        if (!cache.MediaHandlers.IsEmpty)
        {
            var wildcard = isDefaultSelect ? Find(cache, target, MediaType.Any.Name) : null;
            if ((wildcard ?? (isDefaultSelect ? Find(cache, target, type.Name) : null) ?? Find(cache, null, type.Name)) is { } handler)
            {
                var label = handler.MediaType == MediaType.Any.Name ? MediaType.OctetStream : type;
                return new NegotiatedBody(label, BodyFormat.Custom, handler, null);
            }
        }

        return type.Kind switch
        {
            MediaTypeKind.Any => new NegotiatedBody(MediaType.Json, BodyFormat.Json, null, null),
            MediaTypeKind.Json => new NegotiatedBody(type, BodyFormat.Json, null, null),
            MediaTypeKind.Csv => new NegotiatedBody(type, BodyFormat.Csv, null, null),
            MediaTypeKind.GeoJson => new NegotiatedBody(type, BodyFormat.GeoJson, null, null),
            MediaTypeKind.NdJson => new NegotiatedBody(type, BodyFormat.NdJson, null, null),
            _ => null,
        };
    }

    static MediaHandler? Find(SchemaCache cache, QualifiedIdentifier? target, string mediaType)
    {
        foreach (var handler in cache.MediaHandlers)
        {
            if (handler.Target == target && handler.MediaType == mediaType)
            {
                return handler;
            }
        }

        return null;
    }
}
