using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AutoRest.Server.Auth;

/// <summary>Reads a JSON Path. RFC 9535 §2; every failure is a <see cref="FormatException"/> that names the position.</summary>
ref struct JsonPathParser(string text)
{
    /// <summary>Filters nested deeper are refused instead of exhausting the stack.</summary>
    const int MaxDepth = 64;

    /// <summary>Integers of JSON Path are those a double holds exactly. RFC 9535 §2.1.</summary>
    const long MaxInteger = (1L << 53) - 1;

    readonly ReadOnlySpan<char> _text = text;
    int _at = 0;
    int _depth = 0;

    /// <summary>The whole text as a path; nothing may follow it, not even a blank.</summary>
    public static JsonPath Parse(string text)
    {
        var parser = new JsonPathParser(text);
        parser.Expect('$');
        var path = new JsonPath(true, parser.Segments());
        return parser._at == text.Length ? path : throw parser.Error("unexpected text");
    }

    readonly bool AtEnd => _at >= _text.Length;

    readonly FormatException Error(string message) => new($"{message} at position {_at + 1}");

    readonly bool Peek(char c) => _at < _text.Length && _text[_at] == c;

    bool Take(string token)
    {
        if (!_text[_at..].StartsWith(token))
        {
            return false;
        }

        _at += token.Length;
        return true;
    }

    void Expect(char c)
    {
        if (!Peek(c))
        {
            throw Error($"expected '{c}'");
        }

        _at++;
    }

    void SkipBlanks()
    {
        while (!AtEnd && _text[_at] is ' ' or '\t' or '\n' or '\r')
        {
            _at++;
        }
    }

    JsonPath.Segment[] Segments()
    {
        var segments = new List<JsonPath.Segment>();
        while (true)
        {
            // Blanks may stand between segments, but belong to no segment when none follows.
            var before = _at;
            SkipBlanks();
            if (Take(".."))
            {
                segments.Add(new JsonPath.Segment(true, Peek('[') ? Bracket() : [DotSelector()]));
            }
            else if (Take("."))
            {
                segments.Add(new JsonPath.Segment(false, [DotSelector()]));
            }
            else if (Peek('['))
            {
                segments.Add(new JsonPath.Segment(false, Bracket()));
            }
            else
            {
                _at = before;
                return [.. segments];
            }
        }
    }

    JsonPath.Selector DotSelector()
    {
        if (Take("*"))
        {
            return new JsonPath.Selector.Wildcard();
        }

        var start = _at;
        while (!AtEnd && (IsNameStart(_text[_at]) || (_at > start && char.IsAsciiDigit(_text[_at]))))
        {
            _at++;
        }

        return _at > start ? new JsonPath.Selector.Name(_text[start.._at].ToString()) : throw Error("expected a name");
    }

    static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_' || c >= 0x80;

    JsonPath.Selector[] Bracket()
    {
        Expect('[');
        var selectors = new List<JsonPath.Selector>();
        do
        {
            SkipBlanks();
            selectors.Add(Selector());
            SkipBlanks();
        }
        while (Take(","));
        Expect(']');
        return [.. selectors];
    }

    JsonPath.Selector Selector()
    {
        if (Take("*"))
        {
            return new JsonPath.Selector.Wildcard();
        }

        if (Peek('"') || Peek('\''))
        {
            return new JsonPath.Selector.Name(String());
        }

        if (Take("?"))
        {
            SkipBlanks();
            return new JsonPath.Selector.Filter(Or());
        }

        var start = OptionalInteger();
        SkipBlanks();
        if (!Take(":"))
        {
            return start is { } index ? new JsonPath.Selector.Index(index) : throw Error("expected a selector");
        }

        SkipBlanks();
        var end = OptionalInteger();
        SkipBlanks();
        long? step = null;
        if (Take(":"))
        {
            SkipBlanks();
            step = OptionalInteger();
        }

        return new JsonPath.Selector.Slice(start, end, step ?? 1);
    }

    long? OptionalInteger()
    {
        var start = _at;
        _ = Take("-");
        var digits = _at;
        while (!AtEnd && char.IsAsciiDigit(_text[_at]))
        {
            _at++;
        }

        if (_at == start)
        {
            return null;
        }

        var isCanonical = _at > digits && (_text[digits] != '0' || (_at == digits + 1 && digits == start));
        return isCanonical && long.TryParse(_text[start.._at], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && Math.Abs(value) <= MaxInteger
            ? value
            : throw Error("malformed integer");
    }

    JsonPath.Condition Or()
    {
        if (++_depth > MaxDepth)
        {
            throw Error("nested too deeply");
        }

        var left = And();
        SkipBlanks();
        while (Take("||"))
        {
            SkipBlanks();
            left = new JsonPath.Condition.Or(left, And());
            SkipBlanks();
        }

        _depth--;
        return left;
    }

    JsonPath.Condition And()
    {
        var left = Basic();
        SkipBlanks();
        while (Take("&&"))
        {
            SkipBlanks();
            left = new JsonPath.Condition.And(left, Basic());
            SkipBlanks();
        }

        return left;
    }

    JsonPath.Condition Basic()
    {
        var negated = false;
        if (Peek('!'))
        {
            _at++;
            negated = true;
            SkipBlanks();
        }

        JsonPath.Condition condition;
        if (Take("("))
        {
            SkipBlanks();
            condition = Or();
            SkipBlanks();
            Expect(')');
        }
        else if (Take("search("))
        {
            condition = Search(whole: false);
        }
        else if (Take("match("))
        {
            condition = Search(whole: true);
        }
        else
        {
            condition = TestOrComparison(negated);
        }

        return negated ? new JsonPath.Condition.Not(condition) : condition;
    }

    JsonPath.Condition TestOrComparison(bool negated)
    {
        var left = Operand();
        var afterLeft = _at;
        SkipBlanks();
        ReadOnlySpan<string> operators = ["==", "!=", "<=", ">=", "<", ">"];
        foreach (var name in operators)
        {
            if (!negated && Take(name))
            {
                SkipBlanks();
                return new JsonPath.Condition.Compare(name, Singular(left), Singular(Operand()));
            }
        }

        _at = afterLeft;
        return left is JsonPath.Operand.Query(var path) ? new JsonPath.Condition.Exists(path) : throw Error("expected a comparison");
    }

    JsonPath.Condition.Search Search(bool whole)
    {
        SkipBlanks();
        var value = Singular(Operand());
        SkipBlanks();
        Expect(',');
        SkipBlanks();
        var pattern = Singular(Operand());
        SkipBlanks();
        Expect(')');
        Regex? compiled = null;
        if (pattern is JsonPath.Operand.Literal { Value: { ValueKind: JsonValueKind.String } literal })
        {
            try
            {
                compiled = JsonPath.CompilePattern(literal.GetString()!, whole);
            }
            catch (Exception error) when (error is ArgumentException or NotSupportedException)
            {
                throw Error($"malformed pattern ({error.Message})");
            }
        }

        return new JsonPath.Condition.Search(whole, value, pattern, compiled);
    }

    /// <summary>Where one value is needed, a path must not be able to select several. RFC 9535 §2.4.3.</summary>
    readonly JsonPath.Operand Singular(JsonPath.Operand operand) =>
        operand is JsonPath.Operand.Query { Path.IsSingular: false } ? throw Error("expected a path to a single value") : operand;

    /// <summary>The rest of a function of nodes: a path, which may select any number of them, and nothing else.</summary>
    JsonPath NodesArgument()
    {
        SkipBlanks();
        var path = Operand() is JsonPath.Operand.Query(var query) ? query : throw Error("expected a path");
        SkipBlanks();
        Expect(')');
        return path;
    }

    JsonPath.Operand.Length Length()
    {
        if (++_depth > MaxDepth)
        {
            throw Error("nested too deeply");
        }

        SkipBlanks();
        var argument = Singular(Operand());
        SkipBlanks();
        Expect(')');
        _depth--;
        return new JsonPath.Operand.Length(argument);
    }

    JsonPath.Operand Operand()
    {
        if (Peek('@') || Peek('$'))
        {
            var fromRoot = _text[_at++] == '$';
            return new JsonPath.Operand.Query(new JsonPath(fromRoot, Segments()));
        }

        if (Take("length("))
        {
            return Length();
        }

        if (Take("count("))
        {
            return new JsonPath.Operand.Count(NodesArgument());
        }

        if (Take("value("))
        {
            return new JsonPath.Operand.Only(NodesArgument());
        }

        if (Peek('"') || Peek('\''))
        {
            return Literal($"\"{JsonEncodedText.Encode(String())}\"");
        }

        ReadOnlySpan<string> words = ["true", "false", "null"];
        foreach (var word in words)
        {
            if (Take(word))
            {
                return Literal(word);
            }
        }

        var start = _at;
        while (!AtEnd && (char.IsAsciiDigit(_text[_at]) || _text[_at] is '-' or '+' or '.' or 'e' or 'E'))
        {
            _at++;
        }

        return _at > start ? Literal(_text[start.._at].ToString()) : throw Error("expected a value or a path");
    }

    readonly JsonPath.Operand.Literal Literal(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return new JsonPath.Operand.Literal(document.RootElement.Clone());
        }
        catch (JsonException)
        {
            throw Error("malformed value");
        }
    }

    string String()
    {
        var quote = _text[_at++];
        var result = new StringBuilder();
        while (!AtEnd)
        {
            var c = _text[_at++];
            if (c == quote)
            {
                var text = result.ToString();
                return IsWellFormed(text) ? text : throw Error("half of a surrogate pair in a string");
            }

            if (c < ' ')
            {
                throw Error("control character in a string");
            }

            result.Append(c == '\\' ? Escape(quote) : c);
        }

        throw Error("a string without its closing quote");
    }

    /// <summary>RFC 9535 §2.3.1.1: surrogates in pairs only.</summary>
    static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[++i])))
            {
                return false;
            }
        }

        return true;
    }

    char Escape(char quote)
    {
        var c = AtEnd ? '\0' : _text[_at++];
        switch (c)
        {
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case '/' or '\\':
                return c;
            case 'u' when _at + 4 <= _text.Length && ushort.TryParse(_text.Slice(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit):
                _at += 4;
                return (char)unit;
            default:
                return c == quote ? c : throw Error("unknown escape in a string");
        }
    }
}
