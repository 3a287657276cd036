using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using AutoRest.Server.Errors;

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
public sealed record Payload(PayloadKind Kind, ReadOnlyMemory<byte> Body, ImmutableArray<string> Keys)
{
    static readonly ReadOnlyMemory<byte> EmptyArray = "[]"u8.ToArray();

    static readonly ReadOnlyMemory<byte> EmptyObject = "{}"u8.ToArray();

    /// <summary>
    /// The pairs of a form, in order and with repetitions: a function takes them as text, like the arguments of a GET (contract/functions.md §2, §4).
    /// Null for every other body.
    /// </summary>
    public ImmutableArray<RoutineArgument>? FormArguments { get; init; }

    /// <summary>Reads a body. contract/writes.md §1.</summary>
    /// <param name="isRoutine">Functions take raw bodies, and an empty one for <c>{}</c>.</param>
    /// <param name="columns">The <c>columns</c> parameter where it is effective: then a JSON body is not inspected.</param>
    /// <exception cref="ApiException"><see cref="InvalidBody"/> (PGRST102).</exception>
    public static Payload Parse(ReadOnlyMemory<byte> body, MediaType contentType, bool isRoutine, ImmutableArray<string>? columns)
    {
        switch (contentType.Kind)
        {
            case MediaTypeKind.Json when columns is { } names:
                return new Payload(KindByFirstByte(body.Span), body, names);

            case MediaTypeKind.Json when isRoutine && body.IsEmpty:
                // Bound as it is: a function with one unnamed json parameter then sees the empty text (contract/functions.md §4).
                return new Payload(PayloadKind.JsonObject, body, []);

            case MediaTypeKind.Json:
                var json = JsonBody.Inspect(body.Span);
                return json.IsScalar ? new Payload(PayloadKind.JsonArray, EmptyArray, []) : new Payload(json.Kind, body, json.Keys);

            case MediaTypeKind.Csv:
                var csv = CsvBody.ToJson(body.Span);
                return new Payload(PayloadKind.JsonArray, csv.Json, csv.Keys);

            case MediaTypeKind.FormUrlEncoded:
                return OfForm(body.Span);

            case MediaTypeKind.Text or MediaTypeKind.Xml or MediaTypeKind.OctetStream when isRoutine:
                return new Payload(PayloadKind.Raw, body, []);

            default:
                throw new ApiException(InvalidBody.ContentType(contentType.Name));
        }
    }

    static PayloadKind KindByFirstByte(ReadOnlySpan<byte> body)
    {
        var start = body.IndexOfAnyExcept(" \t\r\n"u8);
        return start >= 0 && body[start] == (byte)'{' ? PayloadKind.JsonObject : PayloadKind.JsonArray;
    }

    /// <summary>One object of strings; the last of several equal keys wins. contract/writes.md §1.3.</summary>
    static Payload OfForm(ReadOnlySpan<byte> body)
    {
        // Latin-1 keeps every byte; decoding then treats them as UTF-8.
        var text = Encoding.Latin1.GetString(body);
        ImmutableArray<QueryPair> pairs;
        try
        {
            pairs = QueryString.Split(text);
        }
        catch (ApiException)
        {
            throw new ApiException(new InvalidBody("The form is not valid UTF-8"));
        }

        var arguments = pairs.Select(static p => new RoutineArgument(p.Key, p.Value ?? "")).ToImmutableArray();
        if (arguments.IsEmpty)
        {
            return new Payload(PayloadKind.JsonObject, EmptyObject, []) { FormArguments = arguments };
        }

        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var argument in arguments)
        {
            values[argument.Name] = argument.Value;
        }

        var output = new ArrayBufferWriter<byte>(body.Length + 16);
        using (var json = new Utf8JsonWriter(output, JsonBody.WriterOptions))
        {
            json.WriteStartObject();
            foreach (var (key, value) in values)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
        }

        return new Payload(PayloadKind.JsonObject, output.WrittenMemory, CodePoints.SortedSet(values.Keys)) { FormArguments = arguments };
    }
}
