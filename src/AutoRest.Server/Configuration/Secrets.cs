using System.Text;

namespace AutoRest.Server.Configuration;

/// <summary>Values given as <c>@file</c>, and the base64 form of the JWT secret. contract/auth.md §2, contract/configuration.md §7.</summary>
static class Secrets
{
    /// <summary>The bytes of the key before it is known whether they are a JSON key set or a text secret; null when empty.</summary>
    public static ReadOnlyMemory<byte>? LoadJwtSecret(string value, bool isBase64)
    {
        byte[] bytes;
        if (value.StartsWith('@'))
        {
            bytes = ReadFile(value[1..]);
            // Exactly one newline: what an editor or `echo` adds. A file that ends in \r\n keeps its \r, as in the reference.
            if (bytes.AsSpan().EndsWith("\n"u8))
            {
                bytes = bytes[..^1];
            }
        }
        else
        {
            bytes = Encoding.UTF8.GetBytes(value);
        }

        if (isBase64)
        {
            var text = Encoding.Latin1.GetString(bytes).Trim().Replace('-', '+').Replace('_', '/').Replace('.', '=');
            bytes = DecodeBase64(text);
        }

        return bytes.Length == 0 ? null : new ReadOnlyMemory<byte>(bytes);
    }

    /// <summary>A connection string, itself or from the file it names with <c>@</c>; white space around a file's content does not count.</summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(value))]
    public static string? LoadUri(string? value) =>
        value?.StartsWith('@') == true ? Encoding.UTF8.GetString(ReadFile(value[1..])).Trim() : value;

    public static byte[] ReadFile(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw ConfigException.Bare($"{path}: cannot be read: {error.Message}");
        }
    }

    static byte[] DecodeBase64(string text)
    {
        // Strict: Convert ignores white space inside the text, the reference does not.
        if (!text.Any(char.IsWhiteSpace))
        {
            try
            {
                return Convert.FromBase64String(text);
            }
            catch (FormatException)
            {
            }
        }

        throw ConfigException.Bare("jwt-secret is not valid padded base64, but jwt-secret-is-base64 is true");
    }
}
