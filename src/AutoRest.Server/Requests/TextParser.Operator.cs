using System.Diagnostics.CodeAnalysis;
using AutoRest.Server.Configuration;

namespace AutoRest.Server.Requests;

/// <summary>
/// Operators that the configuration names, in filters and in <c>select</c>; those of <c>order</c> are with it. Ours: contract/beyond.md, entry 18. What uses none is
/// read, and refused, as if there were none.
/// </summary>
ref partial struct TextParser
{
    /// <summary>Longest operand, in characters: some 5,000 numbers. What PostgreSQL compares every row with.</summary>
    public const int MaxOperand = 65_536;

    const string UseOpening = ".$op(";

    /// <summary><c>name.</c> of a configured operator.</summary>
    bool ConfiguredName([NotNullWhen(true)] out CustomOperator? found)
    {
        found = null;
        if (_operators.IsEmpty)
        {
            return false;
        }

        var rest = _text[_position..];
        var length = rest.IndexOf('.');
        if (length <= 0 || !_operators.TryGet(rest[..length], out found))
        {
            return false;
        }

        Advance(length + 1);
        return true;
    }

    /// <summary><c>[comparison(bound).]operand</c> after the operator's name. A filter from here on: it never becomes a function's argument.</summary>
    bool CustomTest(bool inTree, CustomOperator found, out Operation operation)
    {
        operation = IsOperations[0];
        if (!(OptionalThreshold(out var threshold) && RightOperand(delimited: inTree, out var operand)))
        {
            return false;
        }

        operation = new Operation.Custom(new OperatorUse(found, operand), threshold);
        return true;
    }

    bool OptionalThreshold(out Threshold? threshold)
    {
        threshold = null;
        var rest = _text[_position..];
        var length = rest.IndexOfAnyExceptInRange('a', 'z');
        if (length <= 0 || rest[length] != '(' || !Operators.TryGetValue(rest[..length], out var comparison) || !IsComparison(comparison))
        {
            return true;
        }

        Advance(length + 1);
        rest = _text[_position..];
        var end = rest.IndexOf(')');
        var bound = (end < 0 ? rest : rest[..end]).ToString();
        if (IsNothing(bound))
        {
            Expect("bound");
            return false;
        }

        Advance(bound.Length);
        if (!(Kept(bound, out bound) && Char(')') && Dot()))
        {
            return false;
        }

        threshold = new Threshold(comparison, bound);
        return true;
    }

    static bool IsComparison(FilterOperator op) => op.Name is "eq" or "neq" or "gt" or "gte" or "lt" or "lte";

    /// <summary>Never nothing: a write whose operand got lost on the way must not become another one.</summary>
    /// <param name="delimited">
    /// <c>"…"</c>, <c>[…]</c> with brackets inside it in pairs, <c>{…}</c>, or anything without <c>,</c> and <c>)</c>; otherwise all that is left, as for any filter.
    /// </param>
    bool RightOperand(bool delimited, out string operand)
    {
        operand = "";
        var mark = Begin();
        if (Peek == '\0' || (delimited && Peek is ',' or ')'))
        {
            Expect("operand");
            return End(mark, false);
        }

        var read = (delimited && BracketedValue(out operand)) || Value(delimited, out operand);
        if (read && IsNothing(operand))
        {
            Expect("operand");
            return End(mark, false);
        }

        return End(mark, read && Kept(operand, out operand));
    }

    /// <summary>Parameters end at a NUL.</summary>
    static bool IsNothing(string text) => text.Length == 0 || text[0] == '\0';

    bool BracketedValue(out string value)
    {
        value = "";
        if (Peek != '[')
        {
            return false;
        }

        var mark = Begin();
        var start = _position;
        if (!(Brackets() && (IsAtEnd || Peek is ',' or ')')))
        {
            return EndTry(mark, false);
        }

        value = _text[start.._position].ToString();
        return End(mark, true);
    }

    /// <summary><c>[…]</c>, brackets inside it in pairs.</summary>
    bool Brackets()
    {
        var depth = 0;
        do
        {
            var next = _text[_position..].IndexOfAny('[', ']');
            if (next < 0)
            {
                Advance(_text.Length - _position);
                Expect("\"]\"");
                return false;
            }

            Advance(next + 1);
            depth += _text[_position - 1] == '[' ? 1 : -1;
        }
        while (depth > 0);

        return true;
    }

    bool Kept(string text, out string operand)
    {
        operand = text;
        _tooLong |= text.Length > MaxOperand;
        return text.Length <= MaxOperand;
    }

    /// <summary><c>.$op(operator,operand)</c> behind a field of <c>select</c>.</summary>
    bool OptionalUse(out OperatorUse? use)
    {
        use = null;
        if (_operators.IsEmpty || !_text[_position..].StartsWith(UseOpening, StringComparison.Ordinal))
        {
            return true;
        }

        Advance(UseOpening.Length);
        var rest = _text[_position..];
        var length = rest.IndexOfAny(',', ')', ' ');
        if (!_operators.TryGet(length < 0 ? rest : rest[..length], out var found))
        {
            Expect($"operator ({_operators.Names})");
            return false;
        }

        Advance(found.Name.Length);
        if (!(Comma() && RightOperand(delimited: true, out var operand) && Char(')')))
        {
            return false;
        }

        use = new OperatorUse(found, operand);
        return true;
    }
}
