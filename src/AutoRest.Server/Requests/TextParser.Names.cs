using System.Buffers;
using System.Collections.Immutable;
using System.Text;

namespace AutoRest.Server.Requests;

/// <summary>Names and what is built of them. contract/requests.md §3.3.</summary>
ref partial struct TextParser
{
    const string FieldNameLabel = "field name (* or [a..z0..9_$])";

    static readonly SearchValues<char> IdentifierAscii = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_ $");
    static readonly SearchValues<char> ListStops = SearchValues.Create(",)");
    static readonly SearchValues<char> QuotedStops = SearchValues.Create("\\\"");

    /// <summary>Where a name stands. Text is made of it only when it is kept: alternatives read the same name several times.</summary>
    readonly record struct NameSlice(int Start, int End, bool IsQuoted);

    readonly string TextOf(NameSlice name)
    {
        var slice = _text[name.Start..name.End];
        return name.IsQuoted ? Unescaped(slice) : Trimmed(slice);
    }

    static string Unescaped(ReadOnlySpan<char> slice)
    {
        if (!slice.Contains('\\'))
        {
            return slice.ToString();
        }

        var text = new StringBuilder(slice.Length);
        for (var i = 0; i < slice.Length; i++)
        {
            text.Append(slice[slice[i] == '\\' ? ++i : i]);
        }

        return text.ToString();
    }

    /// <summary>Blanks at the edges of each dash-separated part are dropped.</summary>
    static string Trimmed(ReadOnlySpan<char> slice)
    {
        var anyBlank = false;
        foreach (var c in slice)
        {
            anyBlank |= char.IsWhiteSpace(c);
        }

        if (!anyBlank)
        {
            return slice.ToString();
        }

        var text = new StringBuilder(slice.Length);
        foreach (var part in slice.Split('-'))
        {
            text.Append(part.Start.Value > 0 ? "-" : "").Append(slice[part].Trim());
        }

        return text.ToString();
    }

    bool Name(out NameSlice name)
    {
        var mark = Begin();
        var success = Quoted(out name) || (!_consumed && Dashed(out name));
        return EndLabel(mark, success, FieldNameLabel);
    }

    /// <summary>Inside the quotes; escapes are kept in the slice.</summary>
    bool Quoted(out NameSlice name)
    {
        name = default;
        if (!Char('"'))
        {
            return false;
        }

        var start = _position;
        while (true)
        {
            var rest = _text[_position..];
            var stop = rest.IndexOfAny(QuotedStops);
            var plain = stop < 0 ? rest.Length : stop;
            if (plain > 0)
            {
                Advance(plain);
            }

            if (stop >= 0 && rest[stop] == '\\')
            {
                Advance(1);
                if (IsAtEnd)
                {
                    Unaccepted();
                    return false;
                }

                Advance(char.IsHighSurrogate(Peek) && _position + 1 < _text.Length && char.IsLowSurrogate(_text[_position + 1]) ? 2 : 1);
                continue;
            }

            // A repetition that stopped leaves only its last attempt's messages; with no element, those of the opening quote too, which has none.
            _failure = null;
            Unaccepted();
            Expect("\"\\\\\"");
            name = new NameSlice(start, _position, IsQuoted: true);
            return Char('"');
        }
    }

    bool Dashed(out NameSlice name)
    {
        var start = _position;
        name = default;
        if (!Word())
        {
            return false;
        }

        var mark = Begin();
        var any = false;
        while (true)
        {
            Again();
            if (Dash() && Word())
            {
                any = true;
                continue;
            }

            name = new NameSlice(start, _position, IsQuoted: false);
            return EndMany(mark, any);
        }
    }

    /// <summary><c>ident</c>: letters (of any script), ASCII digits, <c>_</c>, blank, <c>$</c>.</summary>
    bool Word()
    {
        var length = WordLength(_text[_position..]);
        if (length > 0)
        {
            Advance(length);
        }

        Expect("letter");
        Expect("digit");
        Unaccepted();
        return length > 0;
    }

    static int WordLength(ReadOnlySpan<char> text)
    {
        var length = text.IndexOfAnyExcept(IdentifierAscii);
        if (length < 0)
        {
            return text.Length;
        }

        while (length < text.Length)
        {
            var c = text[length];
            if (c < 128)
            {
                var more = text[length..].IndexOfAnyExcept(IdentifierAscii);
                if (more == 0)
                {
                    return length;
                }

                length = more < 0 ? text.Length : length + more;
            }
            else if (Rune.DecodeFromUtf16(text[length..], out var rune, out var characters) == OperationStatus.Done && Rune.IsLetter(rune))
            {
                length += characters;
            }
            else
            {
                return length;
            }
        }

        return length;
    }

    /// <summary>A dash that does not begin an arrow.</summary>
    bool Dash()
    {
        var mark = Begin();
        if (!Char('-'))
        {
            return End(mark, false);
        }

        if (Peek == '>')
        {
            if (_explaining)
            {
                _failure = new ParseFailure(_position + 1, [new FailureMessage(FailureMessageKind.Unexpected, "'>'")]);
            }

            return EndTry(mark, false);
        }

        Expect("\">\"");
        return End(mark, true);
    }

    bool Dot()
    {
        if (Peek == '.')
        {
            Advance(1);
            return true;
        }

        Expect("delimiter (.)");
        return false;
    }

    bool Alias(out NameSlice name)
    {
        var mark = Begin();
        if (!(Name(out name) && Char(':')))
        {
            return EndTry(mark, false);
        }

        if (Peek == ':')
        {
            if (_explaining)
            {
                _failure = new ParseFailure(_position + 1, [new FailureMessage(FailureMessageKind.Unexpected, "':'")]);
            }

            return EndTry(mark, false);
        }

        Expect("\":\"");
        return End(mark, true);
    }

    /// <summary><c>ws name [jsonPath] ws</c>.</summary>
    bool Field(out FieldSlice field)
    {
        field = default;
        if (!(Blanks() && Name(out var name) && JsonPath(out var json) && Blanks()))
        {
            return false;
        }

        field = new FieldSlice(name, json);
        return true;
    }

    /// <summary>A field whose name is not yet text.</summary>
    readonly record struct FieldSlice(NameSlice Name, ImmutableArray<JsonStep> Json);

    readonly FieldPath FieldOf(FieldSlice field) => new(TextOf(field.Name), field.Json);

    /// <summary><c>treePath</c>: all names but the last are the embed path.</summary>
    bool TreePath(out ImmutableArray<string> path, out NameSlice last, out ImmutableArray<JsonStep> json)
    {
        json = [];
        return Names(out path, out last) && JsonPath(out json);
    }

    /// <summary>Names separated by dots.</summary>
    bool Names(out ImmutableArray<string> path, out NameSlice last)
    {
        path = [];
        if (!Name(out last))
        {
            return false;
        }

        ImmutableArray<string>.Builder? builder = null;
        var mark = Begin();
        var any = false;
        while (true)
        {
            Again();
            if (Dot() && Name(out var next))
            {
                (builder ??= ImmutableArray.CreateBuilder<string>()).Add(TextOf(last));
                last = next;
                any = true;
                continue;
            }

            if (builder is not null)
            {
                path = builder.DrainToImmutable();
            }

            return EndMany(mark, any);
        }
    }

    /// <summary><c>names</c>: <c>columns</c> and <c>on_conflict</c>.</summary>
    bool NameList(out ImmutableArray<string> names)
    {
        names = [];
        if (!Name(out var first))
        {
            return false;
        }

        var builder = ImmutableArray.CreateBuilder<string>();
        builder.Add(TextOf(first));
        var mark = Begin();
        var any = false;
        while (true)
        {
            Again();
            if (Comma() && Name(out var next))
            {
                builder.Add(TextOf(next));
                any = true;
                continue;
            }

            names = builder.DrainToImmutable();
            return EndMany(mark, any);
        }
    }

    /// <summary><c>ws ',' ws</c>.</summary>
    bool Comma() => Blanks() && Char(',') && Blanks();
}
