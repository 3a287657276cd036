using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using AutoRest.Introspection;
using AutoRest.Server.Configuration;
using AutoRest.Server.Requests;
using AutoRest.Server.Sql;

namespace AutoRest.Server.Queries;

/// <summary>
/// The first statement of every transaction: role, claims and request, local to the transaction. contract/auth.md §6.3 gives the order, which
/// matters: what stands before <c>role</c> is set by the connection's own role.
/// </summary>
static class SessionSql
{
    /// <param name="functionSettings">Hoisted settings of a called function.</param>
    /// <param name="readOnly">Makes the implicit transaction read-only; an explicit one says so in its BEGIN.</param>
    public static SqlStatement Write(
        RequestHead head, string schema, string? timezone, AppConfig config, string role, string claimsJson, RoleSettings? roleSettings,
        IReadOnlyList<ConfigEntry> functionSettings, bool readOnly)
    {
        var shape = new Shape(roleSettings?.Settings.Length ?? 0, timezone is not null, functionSettings.Count, config.AppSettings.Length, readOnly);
        var (headers, cookies) = HeadersJson(head.Headers);
        var parameters = new List<Parameter>(shape.Parameters) { Parameter.Untyped(SearchPath(schema, config)) };
        AddSettings(parameters, roleSettings?.Settings ?? []);
        parameters.Add(Parameter.Untyped(role));
        parameters.Add(Parameter.Untyped(claimsJson));
        parameters.Add(Parameter.Untyped(head.Method));
        parameters.Add(Parameter.Untyped(head.Path));
        parameters.Add(Parameter.Utf8(headers));
        parameters.Add(Parameter.Untyped(cookies));
        if (timezone is not null)
        {
            parameters.Add(Parameter.Untyped(timezone));
        }

        AddSettings(parameters, functionSettings);
        foreach (var (name, value) in config.AppSettings)
        {
            parameters.Add(Parameter.Untyped(name));
            parameters.Add(Parameter.Untyped(value));
        }

        return new SqlStatement(Texts.GetOrAdd(shape, static s => TextOf(s)), parameters);
    }

    /// <summary>What the text depends on; everything else is a parameter. There are few shapes, so each text is written once.</summary>
    readonly record struct Shape(int RoleSettings, bool Timezone, int FunctionSettings, int AppSettings, bool ReadOnly)
    {
        public int Parameters => 7 + (2 * (RoleSettings + FunctionSettings + AppSettings)) + (Timezone ? 1 : 0);
    }

    static readonly ConcurrentDictionary<Shape, string> Texts = new();

    static void AddSettings(List<Parameter> parameters, IReadOnlyList<ConfigEntry> settings)
    {
        foreach (var setting in settings)
        {
            parameters.Add(Parameter.Untyped(setting.Name));
            parameters.Add(Parameter.Untyped(setting.Value));
        }
    }

    static string TextOf(Shape shape)
    {
        var sql = new SqlWriter();

        // Each parameter stands once, so an object of its own gives each its number.
        static Parameter Next() => Parameter.Untyped("");
        void WriteSettings(int count)
        {
            for (var i = 0; i < count; i++)
            {
                sql.Append($", set_config({Next()}, {Next()}, true) IS NULL");
            }
        }

        // IS NULL: the settings' values need not travel back.
        sql.Append($"SELECT set_config('search_path', {Next()}, true) IS NULL");
        WriteSettings(shape.RoleSettings);
        sql.Append($", set_config('role', {Next()}, true) IS NULL");
        sql.Append($", set_config('request.jwt.claims', {Next()}, true) IS NULL");
        sql.Append($", set_config('request.method', {Next()}, true) IS NULL");
        sql.Append($", set_config('request.path', {Next()}, true) IS NULL");
        sql.Append($", set_config('request.headers', {Next()}, true) IS NULL");
        sql.Append($", set_config('request.cookies', {Next()}, true) IS NULL");
        if (shape.Timezone)
        {
            sql.Append($", set_config('timezone', {Next()}, true) IS NULL");
        }

        WriteSettings(shape.FunctionSettings);
        WriteSettings(shape.AppSettings);
        if (shape.ReadOnly)
        {
            sql.Append($", set_config('transaction_read_only', 'on', true) IS NULL");
        }

        return sql.Build().Text;
    }

    static string SearchPath(string schema, AppConfig config)
    {
        if (config.DbExtraSearchPath is ["public"] && !schema.Contains('"', StringComparison.Ordinal))
        {
            return $"\"{schema}\", \"public\"";
        }

        return string.Join(", ", config.DbExtraSearchPath.Prepend(schema).Select(static s => '"' + s.Replace("\"", "\"\"", StringComparison.Ordinal) + '"'));
    }

    /// <summary>All headers but Cookie as a JSON object with lower-case names (the last of a repeated one wins), and the first Cookie's pairs.</summary>
    static (byte[] Headers, string Cookies) HeadersJson(IHeaderDictionary headers)
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(1024);
        buffer.ResetWrittenCount();
        var json = _json ??= new Utf8JsonWriter(buffer, WriterOptions);
        json.Reset();
        json.WriteStartObject();
        foreach (var (name, values) in headers)
        {
            if (!name.Equals("Cookie", StringComparison.OrdinalIgnoreCase) && values.Count > 0)
            {
                WriteLowered(json, name, values[^1]);
            }
        }

        json.WriteEndObject();
        json.Flush();
        return (buffer.WrittenSpan.ToArray(), CookiesJson(headers.Cookie is { Count: > 0 } cookie ? cookie[0] : null));
    }

    static void WriteLowered(Utf8JsonWriter json, string name, string? value)
    {
        Span<char> lowered = stackalloc char[64];
        if (name.Length <= lowered.Length)
        {
            json.WriteString(lowered[..name.AsSpan().ToLowerInvariant(lowered)], value);
        }
        else
        {
            json.WriteString(name.ToLowerInvariant(), value);
        }
    }

    static string CookiesJson(string? cookie)
    {
        if (string.IsNullOrEmpty(cookie))
        {
            return "{}";
        }

        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var piece in cookie.Split(';'))
        {
            var equals = piece.IndexOf('=', StringComparison.Ordinal);
            var name = (equals < 0 ? piece : piece[..equals]).Trim();
            if (name.Length > 0)
            {
                pairs.TryAdd(name, equals < 0 ? "" : Unquote(piece[(equals + 1)..].Trim()));
            }
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            json.WriteStartObject();
            foreach (var (name, value) in pairs)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    static string Unquote(string value) => value is ['"', .. var inner, '"'] ? inner : value;

    static readonly JsonWriterOptions WriterOptions = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [ThreadStatic]
    static ArrayBufferWriter<byte>? _buffer;

    /// <summary>Writes to <see cref="_buffer"/>.</summary>
    [ThreadStatic]
    static Utf8JsonWriter? _json;
}

/// <summary>
/// Numbers for roles. The role is part of a prepared statement's identity: PostgreSQL inlines SQL functions into cached plans without checking
/// EXECUTE again, so a statement prepared under one role must never serve another on the same connection (contract/auth.md §6).
/// </summary>
static class RoleNumbers
{
    const int Limit = 10_000;

    static readonly ConcurrentDictionary<string, int> Numbers = new(StringComparer.Ordinal);
    static int _last;

    public static int Of(string role)
    {
        if (Numbers.TryGetValue(role, out var number))
        {
            return number;
        }

        if (Numbers.Count >= Limit)
        {
            Renew();
        }

        return Numbers.GetOrAdd(role, static _ => Interlocked.Increment(ref _last));
    }

    /// <summary>
    /// Gives every role a new number, never an old one, and so every statement a new text: what is prepared under the old texts, here or in a pooler, is
    /// not used any more.
    /// </summary>
    public static void Renew() => Numbers.Clear();
}
