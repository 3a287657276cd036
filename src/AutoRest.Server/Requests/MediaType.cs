namespace AutoRest.Server.Requests;

/// <summary>What a media type is to us. contract/representations.md §1.</summary>
public enum MediaTypeKind
{
    Json,
    Csv,
    GeoJson,
    SingularJson,
    SingularJsonStripped,
    ArrayJsonStripped,
    OpenApi,
    FormUrlEncoded,
    Text,
    Xml,
    OctetStream,
    NdJson,
    Plan,
    Any,

    /// <summary>Known by its whole text only.</summary>
    Other,
}

/// <summary>A media type as named in <c>Accept</c> or <c>Content-Type</c>.</summary>
/// <param name="Name">Canonical name; for <see cref="MediaTypeKind.Other"/> the whole text, case-sensitive.</param>
/// <param name="Plan">Options, for <see cref="MediaTypeKind.Plan"/>.</param>
public sealed record MediaType(MediaTypeKind Kind, string Name, PlanOptions? Plan = null)
{
    public static MediaType Json { get; } = new(MediaTypeKind.Json, "application/json");
    public static MediaType Csv { get; } = new(MediaTypeKind.Csv, "text/csv");
    public static MediaType GeoJson { get; } = new(MediaTypeKind.GeoJson, "application/geo+json");
    public static MediaType SingularJson { get; } = new(MediaTypeKind.SingularJson, "application/vnd.pgrst.object+json");
    public static MediaType SingularJsonStripped { get; } = new(MediaTypeKind.SingularJsonStripped, "application/vnd.pgrst.object+json;nulls=stripped");
    public static MediaType ArrayJsonStripped { get; } = new(MediaTypeKind.ArrayJsonStripped, "application/vnd.pgrst.array+json;nulls=stripped");
    public static MediaType OpenApi { get; } = new(MediaTypeKind.OpenApi, "application/openapi+json");
    public static MediaType FormUrlEncoded { get; } = new(MediaTypeKind.FormUrlEncoded, "application/x-www-form-urlencoded");
    public static MediaType Text { get; } = new(MediaTypeKind.Text, "text/plain");
    public static MediaType Xml { get; } = new(MediaTypeKind.Xml, "text/xml");
    public static MediaType OctetStream { get; } = new(MediaTypeKind.OctetStream, "application/octet-stream");
    public static MediaType NdJson { get; } = new(MediaTypeKind.NdJson, "application/x-ndjson");
    public static MediaType Any { get; } = new(MediaTypeKind.Any, "*/*");
}

/// <summary>Parameters of <c>application/vnd.pgrst.plan</c>. contract/representations.md §5.</summary>
/// <param name="IsJson"><c>+json</c>; else <c>+text</c>.</param>
public sealed record PlanOptions(bool IsJson, MediaType For, bool Analyze, bool Verbose, bool Settings, bool Buffers, bool Wal);
