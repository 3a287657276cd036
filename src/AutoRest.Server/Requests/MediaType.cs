using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Primitives;

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
    /// <summary>Of <c>application/openapi+json</c>: version 3 is wanted (<c>;version=3.1</c>). Ours; the reference has no other version than 2.0.</summary>
    public bool IsOpenApi3 { get; init; }

    public static MediaType Json { get; } = new(MediaTypeKind.Json, "application/json");
    public static MediaType Csv { get; } = new(MediaTypeKind.Csv, "text/csv");
    public static MediaType GeoJson { get; } = new(MediaTypeKind.GeoJson, "application/geo+json");
    public static MediaType SingularJson { get; } = new(MediaTypeKind.SingularJson, "application/vnd.pgrst.object+json");
    public static MediaType SingularJsonStripped { get; } = new(MediaTypeKind.SingularJsonStripped, "application/vnd.pgrst.object+json;nulls=stripped");
    public static MediaType ArrayJsonStripped { get; } = new(MediaTypeKind.ArrayJsonStripped, "application/vnd.pgrst.array+json;nulls=stripped");
    public static MediaType OpenApi { get; } = new(MediaTypeKind.OpenApi, "application/openapi+json");
    public static MediaType OpenApi3 { get; } = OpenApi with { IsOpenApi3 = true };
    public static MediaType FormUrlEncoded { get; } = new(MediaTypeKind.FormUrlEncoded, "application/x-www-form-urlencoded");
    public static MediaType Text { get; } = new(MediaTypeKind.Text, "text/plain");
    public static MediaType Xml { get; } = new(MediaTypeKind.Xml, "text/xml");
    public static MediaType OctetStream { get; } = new(MediaTypeKind.OctetStream, "application/octet-stream");
    public static MediaType NdJson { get; } = new(MediaTypeKind.NdJson, "application/x-ndjson");
    public static MediaType Any { get; } = new(MediaTypeKind.Any, "*/*");

    /// <summary>One row per known type: name (without parameters) → type, and its form with <c>nulls=stripped</c>.</summary>
    static readonly FrozenDictionary<string, (MediaType Type, MediaType Stripped)> Known = new (string Name, MediaType Type, MediaType Stripped)[]
    {
        (Json.Name, Json, Json),
        (Csv.Name, Csv, Csv),
        (GeoJson.Name, GeoJson, GeoJson),
        (SingularJson.Name, SingularJson, SingularJsonStripped),
        ("application/vnd.pgrst.object", SingularJson, SingularJsonStripped),
        ("application/vnd.pgrst.array+json", Json, ArrayJsonStripped),
        ("application/vnd.pgrst.array", Json, ArrayJsonStripped),
        (OpenApi.Name, OpenApi, OpenApi),
        (FormUrlEncoded.Name, FormUrlEncoded, FormUrlEncoded),
        (Text.Name, Text, Text),
        (Xml.Name, Xml, Xml),
        (OctetStream.Name, OctetStream, OctetStream),
        (NdJson.Name, NdJson, NdJson), // Ours.
        ("application/jsonl", NdJson, NdJson), // Ours: the newer name of the same thing.
        (Any.Name, Any, Any),
    }.ToFrozenDictionary(static row => row.Name, static row => (row.Type, row.Stripped), StringComparer.OrdinalIgnoreCase);

    static readonly ImmutableArray<MediaType> AnyOnly = [Any];
    static readonly ImmutableArray<MediaType> JsonOnly = [Json];

    /// <summary>Reads one media type with its parameters. contract/representations.md §2.</summary>
    public static MediaType Parse(ReadOnlySpan<char> text)
    {
        var name = text[..NameLength(text)];
        if (name.Equals("application/vnd.pgrst.plan", StringComparison.OrdinalIgnoreCase)
            || name.Equals("application/vnd.pgrst.plan+text", StringComparison.OrdinalIgnoreCase))
        {
            return PlanOf(isJson: false, text[name.Length..]);
        }

        if (name.Equals("application/vnd.pgrst.plan+json", StringComparison.OrdinalIgnoreCase))
        {
            return PlanOf(isJson: true, text[name.Length..]);
        }

        if (name.IsEmpty || !Known.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var known))
        {
            return new MediaType(MediaTypeKind.Other, text.ToString());
        }

        var rest = text[name.Length..];
        if (known.Type.Kind == MediaTypeKind.OpenApi)
        {
            return TryParameter(ref rest, out var first, out var version) && first.Equals("version", StringComparison.OrdinalIgnoreCase)
                && version.StartsWith('3') ? OpenApi3 : OpenApi;
        }

        if (ReferenceEquals(known.Type, known.Stripped))
        {
            return known.Type;
        }

        var isStripped = false;
        while (TryParameter(ref rest, out var parameter, out var value))
        {
            if (parameter.Equals("nulls", StringComparison.OrdinalIgnoreCase))
            {
                isStripped |= value is "stripped";
            }
        }

        return isStripped ? known.Stripped : known.Type;
    }

    /// <summary>The first <c>Accept</c> header, best first; absent is <c>*/*</c>, empty accepts nothing. contract/representations.md §2.1.</summary>
    public static ImmutableArray<MediaType> ParseAccept(StringValues headers)
    {
        if (headers.Count == 0)
        {
            return AnyOnly;
        }

        var header = headers[0] ?? "";
        switch (header)
        {
            case "":
                return [];
            case "*/*":
                return AnyOnly;
            case "application/json":
                return JsonOnly;
        }

        var entries = new List<(MediaType Type, double Quality, int Specificity)>();
        foreach (var piece in header.Split(','))
        {
            var text = piece.Replace(" ", "", StringComparison.Ordinal).AsSpan();
            var quality = 1.0;
            var at = text.IndexOf(";q=", StringComparison.Ordinal);
            if (at >= 0)
            {
                quality = Quality(text[(at + 3)..]);
                text = text[..at];
            }

            entries.Add((Parse(text), quality, text.Count(';') - text.Count('*')));
        }

        return [.. entries.OrderByDescending(static e => e.Quality).ThenByDescending(static e => e.Specificity).Select(static e => e.Type)];
    }

    /// <summary>The number <paramref name="text"/> begins with; 1 when it begins with none.</summary>
    static double Quality(ReadOnlySpan<char> text)
    {
        var length = text.StartsWith('-') ? 1 : 0;
        length = SkipDigits(text, length);
        if (length + 1 < text.Length && text[length] == '.' && char.IsAsciiDigit(text[length + 1]))
        {
            length = SkipDigits(text, length + 1);
        }

        return length > 0 && char.IsAsciiDigit(text[length - 1]) && text[0] != '.'
            && double.TryParse(text[..length], NumberStyles.Float, CultureInfo.InvariantCulture, out var quality)
            ? quality
            : 1.0;
    }

    static int SkipDigits(ReadOnlySpan<char> text, int from)
    {
        while (from < text.Length && char.IsAsciiDigit(text[from]))
        {
            from++;
        }

        return from;
    }

    /// <summary>Characters of <c>main "/" sub</c>; 0 when it does not begin with one.</summary>
    static int NameLength(ReadOnlySpan<char> text)
    {
        var slash = 0;
        while (slash < text.Length && (char.IsAsciiLetterOrDigit(text[slash]) || text[slash] is '.' or '*'))
        {
            slash++;
        }

        if (slash == 0 || slash >= text.Length || text[slash] != '/')
        {
            return 0;
        }

        var end = slash + 1;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '.' or '*' or '+' or '-'))
        {
            end++;
        }

        return end == slash + 1 ? 0 : end;
    }

    /// <summary>Takes one <c>; name=value</c> off; false at the first thing that is none, which ends the parameters.</summary>
    static bool TryParameter(ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> name, out ReadOnlySpan<char> value)
    {
        name = value = [];
        var text = rest.TrimStart(" \t");
        if (!text.StartsWith(';'))
        {
            return false;
        }

        text = text[1..].TrimStart(" \t");
        var length = 0;
        while (length < text.Length && (char.IsAsciiLetterOrDigit(text[length]) || text[length] == '-'))
        {
            length++;
        }

        name = text[..length];
        text = text[length..].TrimStart(" \t");
        if (length == 0 || !text.StartsWith('='))
        {
            return false;
        }

        text = text[1..].TrimStart(" \t");
        if (text.StartsWith('"'))
        {
            var close = text[1..].IndexOf('"');
            if (close < 0)
            {
                return false;
            }

            value = text[1..(close + 1)];
            rest = text[(close + 2)..];
            return true;
        }

        length = 0;
        while (length < text.Length && (char.IsAsciiLetterOrDigit(text[length]) || text[length] is '|' or '-'))
        {
            length++;
        }

        value = text[..length];
        rest = text[length..];
        return length > 0;
    }

    static MediaType PlanOf(bool isJson, ReadOnlySpan<char> rest)
    {
        MediaType? inner = null;
        string[] options = [];
        while (TryParameter(ref rest, out var parameter, out var value))
        {
            if (parameter.Equals("for", StringComparison.OrdinalIgnoreCase))
            {
                inner ??= Parse(value);
            }
            else if (parameter.Equals("options", StringComparison.OrdinalIgnoreCase))
            {
                options = options.Length == 0 ? value.ToString().Split('|') : options;
            }
        }

        var plan = new PlanOptions(
            isJson,
            inner ?? Json,
            Analyze: options.Contains("analyze", StringComparer.Ordinal),
            Verbose: options.Contains("verbose", StringComparer.Ordinal),
            Settings: options.Contains("settings", StringComparer.Ordinal),
            Buffers: options.Contains("buffers", StringComparer.Ordinal),
            Wal: options.Contains("wal", StringComparer.Ordinal));
        return new MediaType(MediaTypeKind.Plan, plan.CanonicalName, plan);
    }
}

/// <summary>Parameters of <c>application/vnd.pgrst.plan</c>. contract/representations.md §5.</summary>
/// <param name="IsJson"><c>+json</c>; else <c>+text</c>.</param>
public sealed record PlanOptions(bool IsJson, MediaType For, bool Analyze, bool Verbose, bool Settings, bool Buffers, bool Wal)
{
    /// <summary>As <c>Content-Type</c> and messages print it: options in the order declared here.</summary>
    public string CanonicalName
    {
        get
        {
            var options = string.Join('|', new[]
            {
                Analyze ? "analyze" : "", Verbose ? "verbose" : "", Settings ? "settings" : "", Buffers ? "buffers" : "", Wal ? "wal" : "",
            }.Where(static o => o.Length > 0));
            return $"application/vnd.pgrst.plan+{(IsJson ? "json" : "text")}; for=\"{For.Name}\"{(options.Length > 0 ? "; options=" + options : "")}";
        }
    }
}
