using System.Buffers;
using System.Collections.Immutable;

namespace AutoRest.Server.Requests;

/// <summary>JSON paths. contract/requests.md §3.3, reads.md §2.4.</summary>
ref partial struct TextParser
{
    const string JsonKeyLabel = "any non reserved character different from: .,>()";

    static readonly SearchValues<char> JsonKeyStops = SearchValues.Create("(-:.,>)");

    /// <summary>Any number of arrows. Unlike other repetitions this one keeps the messages of its last success (contract/errors.md §5.1, "many").</summary>
    bool JsonPath(out ImmutableArray<JsonStep> steps)
    {
        steps = [];
        if (!_explaining && Peek != '-')
        {
            return true;
        }

        ImmutableArray<JsonStep>.Builder? builder = null;
        while (true)
        {
            var mark = Begin();
            if (JsonOperation(out var step))
            {
                End(mark, true);
                (builder ??= ImmutableArray.CreateBuilder<JsonStep>()).Add(step);
                continue;
            }

            if (builder is not null)
            {
                steps = builder.DrainToImmutable();
            }

            return EndOption(mark, false);
        }
    }

    bool JsonOperation(out JsonStep step)
    {
        step = default;
        var arrow = Begin();
        var start = _position;
        if (!End(arrow, TryLiteral("->>") || TryLiteral("->")))
        {
            return false;
        }

        var asText = _position - start == 3;
        var operand = Begin();
        if (JsonIndex(out var slice))
        {
            var text = _text[slice.Start..slice.End];
            step = new JsonStep(asText, IsIndex: true, text[0] == '-' ? text.ToString() : $"+{text}");
            return End(operand, true);
        }

        if (JsonKey(out slice))
        {
            step = new JsonStep(asText, IsIndex: false, TextOf(slice));
            return End(operand, true);
        }

        return End(operand, false);
    }

    /// <summary>Digits with an optional minus, if something other than a key's rest follows. <c>)</c> is not among those things.</summary>
    bool JsonIndex(out NameSlice slice)
    {
        slice = default;
        var mark = Begin();
        var start = _position;
        if (Peek == '-')
        {
            Advance(1);
        }
        else
        {
            Expect("\"-\"");
        }

        var rest = _text[_position..];
        var digits = rest.IndexOfAnyExceptInRange('0', '9');
        digits = digits < 0 ? rest.Length : digits;
        if (digits > 0)
        {
            Advance(digits);
        }

        Expect("digit");
        if (digits == 0)
        {
            return EndTry(mark, false);
        }

        slice = new NameSlice(start, _position, IsQuoted: false);
        var end = Begin();
        var success = TryLookahead("->") || TryLookahead("::") || TryLookahead(".") || TryLookahead(",") || EndOfInput();
        return EndTry(mark, End(end, success));
    }

    bool JsonKey(out NameSlice slice)
    {
        var mark = Begin();
        var label = Begin();
        var success = Quoted(out slice) || (!_consumed && DashedKey(out slice));
        return EndTry(mark, EndLabel(label, success, JsonKeyLabel));
    }

    bool DashedKey(out NameSlice slice)
    {
        var start = _position;
        slice = default;
        if (!KeyPart())
        {
            return false;
        }

        var mark = Begin();
        var any = false;
        while (true)
        {
            Again();
            if (Dash() && KeyPart())
            {
                any = true;
                continue;
            }

            slice = new NameSlice(start, _position, IsQuoted: false);
            return EndMany(mark, any);
        }
    }

    bool KeyPart()
    {
        var rest = _text[_position..];
        var length = rest.IndexOfAny(JsonKeyStops);
        length = length < 0 ? rest.Length : length;
        if (length > 0)
        {
            Advance(length);
        }

        Unaccepted();
        return length > 0;
    }
}
