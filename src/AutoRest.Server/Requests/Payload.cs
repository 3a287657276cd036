using System.Collections.Immutable;

namespace AutoRest.Server.Requests;

/// <summary>What a body is once read.</summary>
public enum PayloadKind
{
    /// <summary>A JSON object: one row.</summary>
    JsonObject,

    /// <summary>A JSON array (or something that is bound as an empty one): any number of rows.</summary>
    JsonArray,

    /// <summary>Text, XML or bytes for a function with one unnamed parameter.</summary>
    Raw,
}

/// <summary>A request body. The bytes go to PostgreSQL as they came; only keys are read from them. contract/writes.md §1.</summary>
/// <param name="Body">What is bound. CSV and form bodies were turned into JSON.</param>
/// <param name="Keys">Column or argument names, sorted by code point and distinct: the <c>columns</c> parameter where it applies, else the body's keys.</param>
public sealed record Payload(PayloadKind Kind, ReadOnlyMemory<byte> Body, ImmutableArray<string> Keys);
