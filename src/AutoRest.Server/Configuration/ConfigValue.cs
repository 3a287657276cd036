using System.Collections.Immutable;
using System.Globalization;
using AutoRest.Introspection;

namespace AutoRest.Server.Configuration;

/// <summary>How a value was written. Environment and database values are always <see cref="Text"/>.</summary>
public enum ConfigValueKind
{
    Text,
    Number,
    Bool,
    List,
}

/// <summary>
/// One configured value before its setting gives it a type. Every <c>As…</c> returns null for "unset": a value that cannot be converted is unset
/// without a message, as in the reference.
/// </summary>
/// <param name="Literal">The text as written; for <see cref="ConfigValueKind.Text"/> after escapes and interpolation. Empty for lists.</param>
/// <remarks>contract/configuration.md §3.</remarks>
public readonly record struct ConfigValue(ConfigValueKind Kind, string Literal)
{
    /// <summary>A value of the environment or the database.</summary>
    public static ConfigValue Of(string text) => new(ConfigValueKind.Text, text);

    /// <summary>An unquoted number or boolean of the file becomes its literal text (<c>server-unix-socket-mode = 660</c>).</summary>
    public string? AsText() => Kind == ConfigValueKind.List || Literal.Length == 0 ? null : Literal;

    /// <summary>Values outside 32 bits are cut to the nearest one: a limit nobody can reach stays such a limit.</summary>
    public int? AsInt() => AsLong() is { } value ? (int)Math.Clamp(value, int.MinValue, int.MaxValue) : null;

    public long? AsLong() => Kind switch
    {
        ConfigValueKind.Number => IntegralNumber(Literal),
        ConfigValueKind.Text => DecimalInteger(Literal),
        _ => null,
    };

    /// <summary>
    /// File literals; or text whose letters spell <c>true</c>/<c>false</c>; or text that is an integer (positive is true). A bare number of the file
    /// is not a boolean, and <c>yes</c>, <c>on</c>, <c>t</c> as text are not true.
    /// </summary>
    public bool? AsBool()
    {
        if (Kind == ConfigValueKind.Bool)
        {
            return Literal is "true" or "on";
        }

        if (Kind != ConfigValueKind.Text)
        {
            return null;
        }

        var letters = string.Concat(Literal.Where(char.IsLetter));
        return letters.Equals("true", StringComparison.OrdinalIgnoreCase) ? true
            : letters.Equals("false", StringComparison.OrdinalIgnoreCase) ? false
            : DecimalInteger(Literal) is { } number ? number > 0
            : null;
    }

    /// <summary>Items trimmed; empty items are dropped, as an empty identifier can name nothing.</summary>
    public ImmutableArray<string>? AsList() => AsText() is { } text ? SplitList(text) : null;

    /// <summary>As <see cref="AsList"/>, but an empty text is the empty list instead of "unset".</summary>
    public ImmutableArray<string>? AsPossiblyEmptyList() => Kind == ConfigValueKind.List ? null : SplitList(Literal);

    /// <summary>Split at the first dot; without one the name is resolved through <c>search_path</c>.</summary>
    public QualifiedIdentifier? AsFunction()
    {
        if (AsText() is not { } text)
        {
            return null;
        }

        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? new QualifiedIdentifier("", text) : new QualifiedIdentifier(text[..dot], text[(dot + 1)..]);
    }

    static ImmutableArray<string> SplitList(string text) =>
        [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    static long? DecimalInteger(string text)
    {
        var digits = text.AsSpan().Trim();
        var negative = digits.StartsWith("-");
        if (negative)
        {
            digits = digits[1..];
        }

        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
        {
            return null;
        }

        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? (negative ? -value : value)
            : (negative ? long.MinValue : long.MaxValue);
    }

    static long? IntegralNumber(string literal)
    {
        if (DecimalInteger(literal) is { } exact)
        {
            return exact;
        }

        var value = double.Parse(literal, NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsInfinity(value) ? long.MaxValue : double.IsInteger(value) ? (long)value : null;
    }
}
