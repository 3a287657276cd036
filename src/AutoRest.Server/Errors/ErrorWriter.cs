using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using AutoRest.Server.Configuration;

namespace AutoRest.Server.Errors;

/// <summary>The only writer of error bodies. contract/errors.md §1.</summary>
public static class ErrorWriter
{
    static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes <c>{"code":…,"details":…,"hint":…,"message":…}</c>, in this order; code and message only when minimal.</summary>
    public static void Write(IBufferWriter<byte> output, ApiError error, ErrorVerbosity verbosity)
    {
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        json.WriteString("code"u8, error.Code);
        if (verbosity == ErrorVerbosity.Verbose)
        {
            json.WritePropertyName("details"u8);
            if (error.DetailsJson is { } details)
            {
                json.WriteRawValue(details.Span, skipInputValidation: true);
            }
            else
            {
                json.WriteStringValue(error.Details);
            }

            json.WriteString("hint"u8, error.Hint);
        }

        json.WriteString("message"u8, error.Message);
        json.WriteEndObject();
    }
}
