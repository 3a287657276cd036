using System.Collections.Immutable;
using System.Globalization;
using AutoRest.Introspection;

namespace AutoRest.Server.Configuration;

/// <summary>
/// One row of the table of settings: its names, how a value becomes a part of <see cref="AppConfig"/>, and how it is printed. Everything else
/// (environment name, in-database name, dump, sample file, documentation) follows from the row.
/// </summary>
/// <remarks>contract/configuration.md §4.</remarks>
public sealed record Setting
{
    /// <summary>Prefix of the settings that are ours; the others are the reference's.</summary>
    const string OwnPrefix = "ar-";

    /// <summary>Name in the file, and in the dump.</summary>
    public required string Name { get; init; }

    /// <summary>An older name, in the file and the environment; it has no in-database name.</summary>
    public string? Alias { get; init; }

    /// <summary>The older name is looked up first (only <c>db-pool-timeout</c>).</summary>
    public bool AliasWins { get; init; }

    /// <summary>Whether the database may set it.</summary>
    public bool InDatabase { get; init; }

    /// <summary>Whether a configuration reload changes it.</summary>
    public bool Reloadable { get; init; } = true;

    /// <summary>The value must not be shown (redacted dump).</summary>
    public bool IsSecret { get; init; }

    /// <summary>Unset takes the value of another setting, so the dump shows a value that is not this setting's default.</summary>
    public bool IsDerived { get; init; }

    /// <summary>What a value looks like, for people: <c>integer</c>, <c>boolean</c>, …</summary>
    public required string Type { get; init; }

    /// <summary>One line for the sample file and the documentation.</summary>
    public required string Meaning { get; init; }

    /// <summary>The configuration with this value, or null when the value counts as unset.</summary>
    /// <exception cref="ConfigException">A value that is refused, contract/configuration.md §5.</exception>
    public required Func<AppConfig, ConfigValue, AppConfig?> Apply { get; init; }

    /// <summary>The right-hand side of a line of the dump.</summary>
    public required Func<AppConfig, string> Dump { get; init; }

    /// <summary>The first configuration with this setting of the second: what a reload keeps.</summary>
    public required Func<AppConfig, AppConfig, AppConfig> Copy { get; init; }

    /// <summary>Names in the order in which they are looked up.</summary>
    public IEnumerable<string> LookupNames => Alias is null ? [Name] : AliasWins ? [Alias, Name] : [Name, Alias];

    /// <summary><c>PGRST_DB_POOL</c>; <c>AUTOREST_MAX_BODY_SIZE</c> for ours.</summary>
    public static string EnvironmentName(string name) => name.StartsWith(OwnPrefix, StringComparison.Ordinal)
        ? "AUTOREST_" + Upper(name[OwnPrefix.Length..])
        : "PGRST_" + Upper(name);

    /// <summary><c>AUTOREST_JWT_SECRET_FILE</c>: ours, names a file with the value; loses against the plain variable.</summary>
    public static string FileEnvironmentName(string name) =>
        "AUTOREST_" + Upper(name.StartsWith(OwnPrefix, StringComparison.Ordinal) ? name[OwnPrefix.Length..] : name) + "_FILE";

    /// <summary><c>pgrst.db_schemas</c>.</summary>
    public static string DatabaseName(string name) => "pgrst." + name.Replace('-', '_');

    /// <summary>All settings, in the order of the contract's tables; a later row may read what an earlier one set.</summary>
    public static ImmutableArray<Setting> All { get; } = [.. SettingTable.Rows()];

    /// <summary>The names the database may set, with their prefix.</summary>
    public static ImmutableArray<string> DatabaseNames { get; } = [.. All.Where(s => s.InDatabase).Select(s => DatabaseName(s.Name))];

    /// <summary>Settings the reference once had: accepted, without effect, with one warning.</summary>
    public static ImmutableArray<string> Removed { get; } =
        ["admin-server-config-enabled", "jwt-cache-max-lifetime", "db-use-legacy-gucs", "raw-media-types", "server-proxy-uri"];

    static string Upper(string name) => name.Replace('-', '_').ToUpperInvariant();

    // The kinds of rows. Each takes how to read the property and how to make a configuration with another value.

    /// <param name="load">Checks or replaces a configured value; a copy from another configuration is taken as it is.</param>
    internal static Setting Text(
        string name, string type, string meaning, Func<AppConfig, string?> get, Func<AppConfig, string, AppConfig> set, Func<string, string>? load = null) =>
        Of(name, type, meaning, get, set!, v => v.AsText() is not { } text ? null : load is null ? text : load(text), static v => Quote(v));

    internal static Setting Bool(string name, string meaning, Func<AppConfig, bool> get, Func<AppConfig, bool, AppConfig> set) =>
        OfValue(name, "boolean", meaning, get, set, static v => v.AsBool(), static v => v ? "true" : "false");

    internal static Setting Int(string name, string meaning, Func<AppConfig, int> get, Func<AppConfig, int, AppConfig> set) =>
        OfValue(name, "integer", meaning, get, set, static v => v.AsInt(), static v => v.ToString(CultureInfo.InvariantCulture));

    internal static Setting OptionalInt(string name, string meaning, Func<AppConfig, int?> get, Func<AppConfig, int?, AppConfig> set) => new()
    {
        Name = name,
        Type = "integer",
        Meaning = meaning,
        Apply = (config, value) => value.AsInt() is { } number ? set(config, number) : null,
        Dump = config => get(config) is { } number ? number.ToString(CultureInfo.InvariantCulture) : Quote(null),
        Copy = (to, from) => set(to, get(from)),
    };

    internal static Setting Long(string name, string meaning, Func<AppConfig, long> get, Func<AppConfig, long, AppConfig> set) =>
        OfValue(name, "integer", meaning, get, set, static v => v.AsLong(), static v => v.ToString(CultureInfo.InvariantCulture));

    internal static Setting List(
        string name, string meaning, Func<AppConfig, ImmutableArray<string>> get, Func<AppConfig, ImmutableArray<string>, AppConfig> set, bool emptyAllowed = false) =>
        OfValue(name, "comma-separated list", meaning, get, set,
            emptyAllowed ? static v => v.AsPossiblyEmptyList() : static v => v.AsList(),
            static v => Quote(string.Join(',', v)));

    internal static Setting Function(
        string name, string meaning, Func<AppConfig, QualifiedIdentifier?> get, Func<AppConfig, QualifiedIdentifier?, AppConfig> set) => new()
        {
            Name = name,
            Type = "function name",
            Meaning = meaning,
            Apply = (config, value) => value.AsFunction() is { } function ? set(config, function) : null,
            Dump = config => Quote(get(config)?.ToString()),
            Copy = (to, from) => set(to, get(from)),
        };

    internal static Setting Keyword<T>(
        string name, string meaning, string refusal, Func<AppConfig, T> get, Func<AppConfig, T, AppConfig> set, params (string Word, T Value)[] words)
        where T : struct, Enum =>
        OfValue(name, string.Join(", ", words.Select(w => $"`{w.Word}`")), meaning, get, set,
            value =>
            {
                if (value.AsText() is not { } text)
                {
                    return null;
                }

                foreach (var (word, result) in words)
                {
                    if (word.Equals(text, StringComparison.Ordinal))
                    {
                        return result;
                    }
                }

                throw new ConfigException(refusal);
            },
            value => Quote(Array.Find(words, w => EqualityComparer<T>.Default.Equals(w.Value, value)).Word));

    internal static Setting Mode(string name, string meaning, Func<AppConfig, string> get, Func<AppConfig, string, AppConfig> set) =>
        Of(name, "octal mode", meaning, get, set!, value => value.AsText() is { } text ? OctalMode(name, text) : null, static v => Quote(v));

    static Setting Of(
        string name, string type, string meaning, Func<AppConfig, string?> get, Func<AppConfig, string?, AppConfig> set,
        Func<ConfigValue, string?> parse, Func<string?, string> print) => new()
        {
            Name = name,
            Type = type,
            Meaning = meaning,
            Apply = (config, value) => parse(value) is { } parsed ? set(config, parsed) : null,
            Dump = config => print(get(config)),
            Copy = (to, from) => set(to, get(from)),
        };

    static Setting OfValue<T>(
        string name, string type, string meaning, Func<AppConfig, T> get, Func<AppConfig, T, AppConfig> set,
        Func<ConfigValue, T?> parse, Func<T, string> print)
        where T : struct => new()
        {
            Name = name,
            Type = type,
            Meaning = meaning,
            Apply = (config, value) => parse(value) is { } parsed ? set(config, parsed) : null,
            Dump = config => print(get(config)),
            Copy = (to, from) => set(to, get(from)),
        };

    /// <summary>In double quotes, with only those escaped: the dump's form of text. Unset is <c>""</c>.</summary>
    internal static string Quote(string? text) => $"\"{text?.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    static string OctalMode(string name, string text)
    {
        var digits = text.AsSpan().TrimStart();
        var end = digits.IndexOfAnyExceptInRange('0', '7');
        digits = (end < 0 ? digits : digits[..end]).TrimStart('0');
        if (end == 0 || (digits.IsEmpty && !text.Contains('0', StringComparison.Ordinal)))
        {
            throw new ConfigException($"Invalid {name}: not an octal");
        }

        // Three octal digits that start with 6 or 7 are exactly 600 to 777.
        return digits.Length == 3 && digits[0] >= '6'
            ? digits.ToString()
            : throw new ConfigException($"Invalid {name}: needs to be between 600 and 777");
    }
}
