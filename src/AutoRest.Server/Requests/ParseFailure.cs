using System.Globalization;
using System.Text;

namespace AutoRest.Server.Requests;

/// <summary>What one message of a failure says. contract/errors.md §5.1.</summary>
enum FailureMessageKind
{
    /// <summary>The character (or the end of input) that no test accepted.</summary>
    SystemUnexpected,

    /// <summary>Something a rule forbids explicitly.</summary>
    Unexpected,

    /// <summary>What would have been accepted.</summary>
    Expected,
}

/// <summary>One message of a failure; its text is already in the shown form.</summary>
readonly record struct FailureMessage(FailureMessageKind Kind, string Text);

/// <summary>
/// A position and what was (un)expected there, in the order found. Never without messages: "no messages" is <see langword="null"/>.
/// contract/errors.md §5.1.
/// </summary>
sealed record ParseFailure(int Position, FailureMessage[] Messages)
{
    /// <summary>The later one; at equal positions both, <paramref name="first"/> first.</summary>
    public static ParseFailure? Merge(ParseFailure? first, ParseFailure? second) => (first, second) switch
    {
        (null, _) => second,
        (_, null) => first,
        var (x, y) when x.Position == y.Position => new ParseFailure(x.Position, [.. x.Messages, .. y.Messages]),
        var (x, y) => x.Position > y.Position ? x : y,
    };

    /// <summary>Everything expected here is known by one name.</summary>
    public ParseFailure Relabel(string label) =>
        new(Position, [new FailureMessage(FailureMessageKind.Expected, label), .. Messages.Where(static m => m.Kind != FailureMessageKind.Expected)]);

    /// <summary><c>unexpected … expecting …</c>.</summary>
    public string Describe()
    {
        var unexpected = Distinct(FailureMessageKind.Unexpected);
        var expected = Distinct(FailureMessageKind.Expected);
        var parts = new List<string>(2);
        if (unexpected.Count > 0)
        {
            parts.Add("unexpected " + Enumerate(unexpected));
        }
        else if (Messages.Any(static m => m.Kind == FailureMessageKind.SystemUnexpected))
        {
            var first = Messages.First(static m => m.Kind == FailureMessageKind.SystemUnexpected).Text;
            parts.Add(first.Length == 0 ? "unexpected end of input" : "unexpected " + first);
        }

        if (expected.Count > 0)
        {
            parts.Add("expecting " + Enumerate(expected));
        }

        return string.Join(' ', parts);
    }

    /// <summary>A string between double quotes, as the reference shows it.</summary>
    public static string Show(string text)
    {
        var shown = new StringBuilder(text.Length + 2).Append('"');
        foreach (var rune in text.EnumerateRunes())
        {
            AppendShown(shown, rune, '"');
        }

        return shown.Append('"').ToString();
    }

    /// <summary>A character between single quotes.</summary>
    public static string ShowCharacter(Rune rune)
    {
        var shown = new StringBuilder(4).Append('\'');
        AppendShown(shown, rune, '\'');
        return shown.Append('\'').ToString();
    }

    static readonly string[] ControlNames =
    [
        "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "a", "b", "t", "n", "v", "f", "r", "SO", "SI", "DLE", "DC1", "DC2", "DC3", "DC4", "NAK",
        "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS", "US",
    ];

    static void AppendShown(StringBuilder shown, Rune rune, char quote)
    {
        switch (rune.Value)
        {
            case < 32:
                shown.Append('\\').Append(ControlNames[rune.Value]);
                break;
            case 127:
                shown.Append("\\DEL");
                break;
            case > 127:
                shown.Append('\\').Append(rune.Value.ToString(CultureInfo.InvariantCulture));
                break;
            default:
                if (rune.Value == quote || rune.Value == '\\')
                {
                    shown.Append('\\');
                }

                shown.Append((char)rune.Value);
                break;
        }
    }

    List<string> Distinct(FailureMessageKind kind)
    {
        var texts = new List<string>();
        foreach (var message in Messages)
        {
            if (message.Kind == kind && message.Text.Length > 0 && !texts.Contains(message.Text, StringComparer.Ordinal))
            {
                texts.Add(message.Text);
            }
        }

        return texts;
    }

    static string Enumerate(List<string> texts) =>
        texts.Count == 1 ? texts[0] : $"{string.Join(", ", texts.Take(texts.Count - 1))} or {texts[^1]}";
}
