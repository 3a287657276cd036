using System.Text;

namespace AutoRest.Server.Configuration;

/// <summary>The letters of the configuration file. contract/configuration.md §2, grammar.</summary>
ref struct ConfigFileReader(string text, string path)
{
    /// <summary>Lists and groups nested deeper than this are refused instead of exhausting the stack.</summary>
    public const int MaxDepth = 64;

    readonly ReadOnlySpan<char> _text = text;
    readonly string _path = path;
    int _at = 0;

    /// <summary>Groups that are open.</summary>
    public int Depth { get; set; } = 0;

    public readonly bool AtEnd => _at >= _text.Length;

    public readonly bool Peek(char c) => _at < _text.Length && _text[_at] == c;

    public readonly ConfigException Error(string message)
    {
        var line = 1 + _text[..Math.Min(_at, _text.Length)].Count('\n');
        return new ConfigException($"{_path}:{line}: {message}");
    }

    /// <summary>White space, newlines and comments. <c>#;</c> is not a comment: it begins a directive.</summary>
    public void SkipBlank()
    {
        while (!AtEnd)
        {
            if (char.IsWhiteSpace(_text[_at]))
            {
                _at++;
            }
            else if (!TrySkipComment())
            {
                return;
            }
        }
    }

    public void SkipSpaces()
    {
        while (!AtEnd && _text[_at] != '\n' && char.IsWhiteSpace(_text[_at]))
        {
            _at++;
        }
    }

    /// <summary>One directive per line: after it come at most blanks and a comment, or the end of its group.</summary>
    public void EndDirective()
    {
        SkipSpaces();
        _ = TrySkipComment();
        if (!AtEnd && !Peek('\n') && !(Depth > 0 && Peek('}')))
        {
            throw Error("expected the end of the line");
        }
    }

    public bool TryTake(char c)
    {
        if (!Peek(c))
        {
            return false;
        }

        _at++;
        return true;
    }

    public void Expect(char c)
    {
        if (!TryTake(c))
        {
            throw Error(AtEnd ? $"expected '{c}' before the end" : $"expected '{c}'");
        }
    }

    public bool TryDisabled()
    {
        if (!_text[_at..].StartsWith("#;"))
        {
            return false;
        }

        _at += 2;
        SkipSpaces();
        return true;
    }

    /// <summary>The word <c>import</c>, unless it begins a longer key.</summary>
    public bool TryImport()
    {
        var rest = _text[_at..];
        if (!rest.StartsWith("import") || (rest.Length > 6 && (IsWordPart(rest[6]) || rest[6] == '.')))
        {
            return false;
        }

        _at += 6;
        return true;
    }

    public string Key()
    {
        var start = _at;
        do
        {
            if (AtEnd || !char.IsLetter(_text[_at]))
            {
                throw Error("expected a setting's name");
            }

            while (!AtEnd && IsWordPart(_text[_at]))
            {
                _at++;
            }
        }
        while (TryTake('.'));
        return _text[start.._at].ToString();
    }

    public ConfigValue Value(int depth = 0)
    {
        if (AtEnd)
        {
            throw Error("expected a value before the end");
        }

        var c = _text[_at];
        return c switch
        {
            '"' => ConfigValue.Of(String()),
            '[' => List(depth),
            >= '0' and <= '9' => new ConfigValue(ConfigValueKind.Number, Number()),
            _ => new ConfigValue(ConfigValueKind.Bool, Bool()),
        };
    }

    public string String()
    {
        Expect('"');
        var result = new StringBuilder();
        while (!AtEnd)
        {
            var c = _text[_at++];
            if (c == '"')
            {
                return result.ToString();
            }

            if (c == '\\')
            {
                Escape(result);
            }
            else
            {
                result.Append(c);
            }
        }

        throw Error("a string without its closing quote");
    }

    void Escape(StringBuilder result)
    {
        var c = AtEnd ? '\0' : _text[_at++];
        switch (c)
        {
            case 'n':
                result.Append('\n');
                break;
            case 't':
                result.Append('\t');
                break;
            case 'r':
                result.Append('\r');
                break;
            case '"' or '\\':
                result.Append(c);
                break;
            case 'u':
                var first = CodeUnit();
                if (char.IsHighSurrogate(first))
                {
                    if (!_text[_at..].StartsWith("\\u"))
                    {
                        throw Error("half of a surrogate pair");
                    }

                    _at += 2;
                    var second = CodeUnit();
                    result.Append(first).Append(char.IsLowSurrogate(second) ? second : throw Error("half of a surrogate pair"));
                }
                else
                {
                    result.Append(char.IsLowSurrogate(first) ? throw Error("half of a surrogate pair") : first);
                }

                break;
            default:
                throw Error("unknown escape in a string");
        }
    }

    char CodeUnit()
    {
        var value = 0;
        for (var i = 0; i < 4; i++)
        {
            if (AtEnd || !char.IsAsciiHexDigit(_text[_at]))
            {
                throw Error("expected four hexadecimal digits");
            }

            value = (value << 4) | Convert.ToInt32(_text[_at++].ToString(), 16);
        }

        return (char)value;
    }

    ConfigValue List(int depth)
    {
        if (depth >= MaxDepth)
        {
            throw Error("nested too deeply");
        }

        Expect('[');
        SkipBlank();
        if (!TryTake(']'))
        {
            do
            {
                SkipBlank();
                _ = Value(depth + 1);
                SkipBlank();
            }
            while (TryTake(','));
            Expect(']');
        }

        // No setting takes a list: every one that is a list is text split at commas.
        return new ConfigValue(ConfigValueKind.List, "");
    }

    string Number()
    {
        var start = _at;
        Digits();
        if (Peek('.'))
        {
            _at++;
            Digits();
        }

        if (Peek('e') || Peek('E'))
        {
            _at++;
            _ = TryTake('+') || TryTake('-');
            Digits();
        }

        return _text[start.._at].ToString();
    }

    void Digits()
    {
        var start = _at;
        while (!AtEnd && char.IsAsciiDigit(_text[_at]))
        {
            _at++;
        }

        if (_at == start)
        {
            throw Error("expected a digit");
        }
    }

    string Bool()
    {
        ReadOnlySpan<string> words = ["true", "false", "on", "off"];
        foreach (var word in words)
        {
            var rest = _text[_at..];
            if (rest.StartsWith(word) && (rest.Length == word.Length || !IsWordPart(rest[word.Length])))
            {
                _at += word.Length;
                return word;
            }
        }

        throw Error("expected a value: a string in double quotes, a number, true, false, on, off or a list");
    }

    bool TrySkipComment()
    {
        if (!Peek('#') || _text[_at..].StartsWith("#;"))
        {
            return false;
        }

        var end = _text[_at..].IndexOf('\n');
        _at = end < 0 ? _text.Length : _at + end;
        return true;
    }

    static bool IsWordPart(char c) => char.IsLetterOrDigit(c) || c is '_' or '-';
}
