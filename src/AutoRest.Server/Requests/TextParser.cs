using System.Text;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;

namespace AutoRest.Server.Requests;

/// <summary>
/// The grammar of the query string. Refusals must be byte-compatible with the reference, so this follows the error model of its combinator library
/// (contract/errors.md §5) literally: every rule tells whether it succeeded, whether it consumed, and what else it would have accepted.
/// </summary>
/// <remarks>
/// Which alternative is taken depends on success and consumption only, never on messages. So a text is parsed silently first, without collecting
/// anything, and a second time with messages only to explain a refusal: one grammar, and the common path allocates the result alone.
/// <para>
/// The state between two steps of a sequence is (<see cref="_position"/>, <see cref="_consumed"/>, <see cref="_failure"/>). A rule that is an
/// alternative, optional or labelled opens a scope with <see cref="Begin"/> and leaves it with <see cref="End"/>.
/// </para>
/// </remarks>
ref partial struct TextParser
{
    /// <summary>Deepest nesting of embeds or logic groups. Ours: the reference has no limit, but a stack has.</summary>
    public const int MaxDepth = 64;

    readonly ReadOnlySpan<char> _text;
    readonly bool _explaining;
    int _position;
    bool _consumed;
    ParseFailure? _failure;
    int _depth;
    bool _tooDeep;
    bool _tooLong;
    CustomOperators _operators = CustomOperators.None;
    bool? _mayCount;

    TextParser(ReadOnlySpan<char> text, bool explaining)
    {
        _text = text;
        _explaining = explaining;
    }

    delegate bool Production(ref TextParser parser);

    /// <summary>Runs a production again, this time collecting messages, and makes the refusal of them.</summary>
    /// <param name="what">The parameter, in the words of contract/errors.md §5.</param>
    /// <param name="shown">What the message quotes; differs from <paramref name="text"/> for logic trees.</param>
    static ApiException Explain(string what, string shown, string text, Production production, CustomOperators? operators = null)
    {
        var parser = new TextParser(text, explaining: true) { _operators = operators ?? CustomOperators.None };
        production(ref parser);
        var position = parser._failure?.Position ?? parser._position;
        var details = parser._tooDeep
            ? $"nested more than {MaxDepth} levels deep"
            : parser._tooLong
            ? $"an operand is longer than {MaxOperand} characters"
            : parser._failure?.Describe() ?? "unknown parse error";
        var (line, column) = LineAndColumn(text, position);
        return new ApiException(new QueryParseError(what, shown, line, column, details));
    }

    static (int Line, int Column) LineAndColumn(ReadOnlySpan<char> text, int position)
    {
        var (line, column) = (1, 1);
        foreach (var rune in text[..Math.Min(position, text.Length)].EnumerateRunes())
        {
            (line, column) = rune.Value switch
            {
                '\n' => (line + 1, 1),
                '\t' => (line, column + 8 - ((column - 1) % 8)),
                _ => (line, column + 1),
            };
        }

        return (line, column);
    }

    /// <summary>The state before a scope.</summary>
    readonly record struct Mark(int Position, bool Consumed, ParseFailure? Failure);

    Mark Begin()
    {
        var mark = new Mark(_position, _consumed, _failure);
        _consumed = false;
        _failure = null;
        return mark;
    }

    /// <summary>Sequence: a part that consumed stands alone, one that did not adds its messages to those before it.</summary>
    bool End(in Mark mark, bool success)
    {
        if (!_consumed)
        {
            _failure = ParseFailure.Merge(mark.Failure, _failure);
            _consumed = mark.Consumed;
        }

        return success;
    }

    /// <summary>A failure counts as not having consumed; it keeps its position.</summary>
    bool EndTry(in Mark mark, bool success)
    {
        if (!success)
        {
            _position = mark.Position;
            _consumed = false;
        }

        return End(mark, success);
    }

    bool EndLabel(in Mark mark, bool success, string label)
    {
        if (_explaining && !_consumed && (!success || _failure is not null))
        {
            _failure = _failure?.Relabel(label) ?? new ParseFailure(_position, [new FailureMessage(FailureMessageKind.Expected, label)]);
        }

        return End(mark, success);
    }

    /// <summary>Success consumes nothing and clears the messages; failure is a failure of <c>try</c>.</summary>
    bool EndLookahead(in Mark mark, bool success)
    {
        if (success)
        {
            _failure = null;
        }

        _position = mark.Position;
        _consumed = false;
        return End(mark, success);
    }

    /// <summary>Optional: failing without consumption is success.</summary>
    bool EndOption(in Mark mark, bool success) => End(mark, success || !_consumed);

    /// <summary>Before each element of a repetition: only the last attempt's messages stay.</summary>
    void Again()
    {
        _consumed = false;
        _failure = null;
    }

    /// <summary>After the element that did not succeed.</summary>
    bool EndMany(in Mark mark, bool any)
    {
        if (_consumed)
        {
            return End(mark, false);
        }

        _consumed = any;
        return End(mark, true);
    }

    void Advance(int characters)
    {
        _position += characters;
        _consumed = true;
        _failure = null;
    }

    readonly char Peek => _position < _text.Length ? _text[_position] : '\0';

    readonly bool IsAtEnd => _position >= _text.Length;

    bool Char(char expected)
    {
        if (_position < _text.Length && _text[_position] == expected)
        {
            Advance(1);
            return true;
        }

        if (_explaining)
        {
            Expect(ParseFailure.Show(expected.ToString()));
        }

        return false;
    }

    /// <summary>A literal. Failing after its first character consumes; the failure is placed at its start.</summary>
    bool Literal(string expected)
    {
        var rest = _text[_position..];
        if (rest.StartsWith(expected, StringComparison.Ordinal))
        {
            Advance(expected.Length);
            return true;
        }

        var matched = rest.CommonPrefixLength(expected);
        if (matched > 0)
        {
            _consumed = true;
            _failure = null;
        }

        if (_explaining)
        {
            Add(
                new FailureMessage(FailureMessageKind.Expected, ParseFailure.Show(expected)),
                new FailureMessage(FailureMessageKind.SystemUnexpected, ShownAt(_position + matched)));
        }

        return false;
    }

    bool TryLiteral(string expected)
    {
        var mark = Begin();
        return EndTry(mark, Literal(expected));
    }

    bool TryLookahead(string expected)
    {
        var mark = Begin();
        return EndLookahead(mark, Literal(expected));
    }

    bool EndOfInput()
    {
        if (_explaining)
        {
            var found = IsAtEnd
                ? new FailureMessage(FailureMessageKind.SystemUnexpected, "")
                : new FailureMessage(FailureMessageKind.Unexpected, ParseFailure.ShowCharacter(RuneAt(_position)));
            Add(new FailureMessage(FailureMessageKind.Expected, "end of input"), found);
        }

        return IsAtEnd;
    }

    /// <summary><c>ws</c>: any number of blanks and tabs.</summary>
    bool Blanks()
    {
        var rest = _text[_position..];
        var length = rest.IndexOfAnyExcept(' ', '\t');
        length = length < 0 ? rest.Length : length;
        if (length > 0)
        {
            Advance(length);
        }

        Unaccepted();
        return true;
    }

    /// <summary>Records that nothing unlabelled accepted the next character.</summary>
    void Unaccepted()
    {
        if (_explaining)
        {
            Add(new FailureMessage(FailureMessageKind.SystemUnexpected, ShownAt(_position)));
        }
    }

    /// <summary>Records that <paramref name="label"/> was expected here.</summary>
    void Expect(string label)
    {
        if (_explaining)
        {
            Add(new FailureMessage(FailureMessageKind.Expected, label), new FailureMessage(FailureMessageKind.SystemUnexpected, ShownAt(_position)));
        }
    }

    void Add(params FailureMessage[] messages) => _failure = ParseFailure.Merge(_failure, new ParseFailure(_position, messages));

    readonly string ShownAt(int position) => position >= _text.Length ? "" : ParseFailure.Show(RuneAt(position).ToString());

    readonly Rune RuneAt(int position) =>
        Rune.DecodeFromUtf16(_text[position..], out var rune, out _) == System.Buffers.OperationStatus.Done ? rune : Rune.ReplacementChar;

    /// <summary>Enters an embed or a group. Too deep is a failure no alternative can undo, since nothing around it backtracks.</summary>
    bool Descend()
    {
        if (++_depth <= MaxDepth)
        {
            return true;
        }

        _tooDeep = true;
        _consumed = true;
        _failure = null;
        return false;
    }
}
