using System.Collections.Frozen;
using System.Collections.Immutable;

namespace AutoRest.Server.Requests;

/// <summary>Operators with their operands. contract/reads.md §3.</summary>
ref partial struct TextParser
{
    const string OperatorLabel = "operator (eq, gt, ...)";
    const string IsValueLabel = "isVal: (null, not_null, true, false, unknown)";

    static readonly FrozenDictionary<string, FilterOperator>.AlternateLookup<ReadOnlySpan<char>> Operators =
        FilterOperator.ByName.GetAlternateLookup<ReadOnlySpan<char>>();

    static readonly FilterOperator[] FullTextOperators = InOrder("fts", "plfts", "phfts", "wfts");
    static readonly FilterOperator[] SimpleOperators = InOrder("neq", "cs", "cd", "ov", "sl", "sr", "nxr", "nxl", "adj");
    static readonly FilterOperator[] QuantifiableOperators = InOrder("eq", "gte", "gt", "lte", "lt", "like", "ilike", "match", "imatch");

    static readonly Operation.Is[] IsOperations =
    [
        new(IsValue.Null), new(IsValue.NotNull), new(IsValue.True), new(IsValue.False), new(IsValue.Unknown),
    ];

    static readonly string[] IsWords = ["null", "not_null", "true", "false", "unknown"];

    static FilterOperator[] InOrder(params string[] names) => [.. names.Select(static n => FilterOperator.ByName[n])];

    /// <summary><c>filter</c>: what follows a complete filter is ignored.</summary>
    bool Filter(out bool negated, out Operation operation)
    {
        negated = Negation();
        return Operation(inTree: false, out operation);
    }

    /// <summary><c>try("not" dot) | nothing</c>.</summary>
    bool Negation()
    {
        var mark = Begin();
        return EndTry(mark, Literal("not") && Dot());
    }

    bool Operation(bool inTree, out Operation operation)
    {
        var mark = Begin();
        if (ConfiguredName(out var found))
        {
            return End(mark, CustomTest(inTree, found, out operation));
        }

        if (_explaining)
        {
            return EndLabel(mark, OperationByTrial(inTree, out operation), OperatorLabel);
        }

        return End(mark, OperationByName(inTree, out operation));
    }

    /// <summary>
    /// The same decision as <see cref="OperationByTrial"/> without its messages: an operator is followed by <c>.</c> or <c>(</c>, so the longest
    /// run of lower-case letters is the only candidate.
    /// </summary>
    bool OperationByName(bool inTree, out Operation operation)
    {
        operation = IsOperations[0];
        var rest = _text[_position..];
        var length = rest.IndexOfAnyExceptInRange('a', 'z');
        if (length <= 0)
        {
            return false;
        }

        var name = rest[..length];
        if (rest[length] == '.')
        {
            switch (name)
            {
                case "in":
                    Advance(3);
                    return List(out operation);
                case "is":
                    Advance(3);
                    return Is(out operation);
                case "isdistinct":
                    Advance(11);
                    return DistinctFrom(inTree, out operation);
            }
        }

        if (!Operators.TryGetValue(name, out var op))
        {
            return false;
        }

        var attempt = Begin();
        Advance(length);
        return EndTry(attempt, OperationTail(inTree, op, out operation));
    }

    bool OperationByTrial(bool inTree, out Operation operation)
    {
        operation = IsOperations[0];
        if (TryWordAndDot("in"))
        {
            return List(out operation);
        }

        if (TryWordAndDot("is"))
        {
            return Is(out operation);
        }

        if (TryWordAndDot("isdistinct"))
        {
            return DistinctFrom(inTree, out operation);
        }

        foreach (var family in (ReadOnlySpan<FilterOperator[]>)[FullTextOperators, SimpleOperators, QuantifiableOperators])
        {
            var mark = Begin();
            FilterOperator? found = null;
            foreach (var op in family)
            {
                if (TryLiteral(op.Name))
                {
                    found = op;
                    break;
                }
            }

            if (EndTry(mark, found is not null && OperationTail(inTree, found, out operation)))
            {
                return true;
            }
        }

        return false;
    }

    bool TryWordAndDot(string word)
    {
        var mark = Begin();
        return EndTry(mark, Literal(word) && Dot());
    }

    /// <summary>What follows an operator's name: language or quantifier, dot, value.</summary>
    bool OperationTail(bool inTree, FilterOperator op, out Operation operation)
    {
        operation = IsOperations[0];
        string? language = null;
        Quantifier? quantifier = null;
        if (op.Kind == FilterKind.FullText)
        {
            Language(out language);
        }
        else if (op.Kind != FilterKind.Binary)
        {
            Quantified(out quantifier);
        }

        if (!(Dot() && Value(inTree, out var value)))
        {
            return false;
        }

        operation = op.Kind == FilterKind.FullText ? new Operation.FullText(op, language, value) : new Operation.Compare(op, quantifier, value);
        return true;
    }

    void Language(out string? language)
    {
        language = null;
        var mark = Begin();
        var start = _position + 1;
        if (EndTry(mark, Char('(') && Word() && Char(')')))
        {
            language = _text[start..(_position - 1)].Trim().ToString();
        }
    }

    void Quantified(out Quantifier? quantifier)
    {
        quantifier = null;
        var mark = Begin();
        Quantifier? found = null;
        var success = Char('(');
        if (success)
        {
            var scope = Begin();
            found = TryLiteral("any") ? Requests.Quantifier.Any : TryLiteral("all") ? Requests.Quantifier.All : null;
            success = End(scope, found is not null) && Char(')');
        }

        if (EndTry(mark, success))
        {
            quantifier = found;
        }
    }

    bool DistinctFrom(bool inTree, out Operation operation)
    {
        var success = Value(inTree, out var value);
        operation = new Operation.IsDistinctFrom(value);
        return success;
    }

    /// <summary>Words in any case; what follows is ignored, so <c>nullish</c> is <c>null</c>.</summary>
    bool Is(out Operation operation)
    {
        var mark = Begin();
        for (var i = 0; i < IsWords.Length; i++)
        {
            var word = Begin();
            if (EndTry(word, AnyCase(IsWords[i])))
            {
                operation = IsOperations[i];
                return EndLabel(mark, true, IsValueLabel);
            }
        }

        operation = IsOperations[0];
        return EndLabel(mark, false, IsValueLabel);
    }

    /// <summary>Letter by letter, so a failure stands where the letters stop.</summary>
    bool AnyCase(string word)
    {
        foreach (var letter in word)
        {
            if (_position >= _text.Length || (_text[_position] != letter && _text[_position] != char.ToUpperInvariant(letter)))
            {
                Unaccepted();
                return false;
            }

            Advance(1);
        }

        return true;
    }

    bool List(out Operation operation)
    {
        operation = IsOperations[0];
        if (!(Blanks() && Char('(') && Blanks() && Element(out var first)))
        {
            return false;
        }

        var values = ImmutableArray.CreateBuilder<string>();
        values.Add(first);
        var mark = Begin();
        var any = false;
        while (true)
        {
            Again();
            if (Char(',') && Element(out var next))
            {
                values.Add(next);
                any = true;
                continue;
            }

            if (!EndMany(mark, any))
            {
                return false;
            }

            break;
        }

        if (!(Blanks() && Char(')') && Blanks()))
        {
            return false;
        }

        // in.() and in.("") are the empty list (contract/reads.md §3.1).
        operation = new Operation.In(values is [""] ? [] : values.DrainToImmutable());
        return true;
    }

    bool Element(out string value)
    {
        var mark = Begin();
        if (QuotedValue(out value))
        {
            return End(mark, true);
        }

        return End(mark, BareValue(out value));
    }

    /// <summary>Quotes count only when <c>,</c>, <c>)</c> or the end follows at once.</summary>
    bool QuotedValue(out string value)
    {
        value = "";
        if (!_explaining && Peek != '"')
        {
            return false;
        }

        var mark = Begin();
        if (!Quoted(out var slice))
        {
            return EndTry(mark, false);
        }

        if (!IsAtEnd && Peek is not (',' or ')'))
        {
            if (_explaining)
            {
                var rune = RuneAt(_position);
                _failure = new ParseFailure(
                    _position + rune.Utf16SequenceLength, [new FailureMessage(FailureMessageKind.Unexpected, ParseFailure.ShowCharacter(rune))]);
            }

            return EndTry(mark, false);
        }

        Unaccepted();
        value = TextOf(slice);
        return End(mark, true);
    }

    bool BareValue(out string value)
    {
        var rest = _text[_position..];
        var length = rest.IndexOfAny(ListStops);
        length = length < 0 ? rest.Length : length;
        value = rest[..length].ToString();
        if (length > 0)
        {
            Advance(length);
        }

        Unaccepted();
        return true;
    }

    bool Value(bool inTree, out string value)
    {
        if (!inTree)
        {
            value = _text[_position..].ToString();
            if (value.Length > 0)
            {
                Advance(value.Length);
            }

            Unaccepted();
            return true;
        }

        var mark = Begin();
        return End(mark, QuotedValue(out value) || BracedValue(out value) || BareValue(out value));
    }

    /// <summary>An array literal without inner braces needs no quotes.</summary>
    bool BracedValue(out string value)
    {
        value = "";
        var mark = Begin();
        var start = _position;
        if (!Char('{'))
        {
            return EndTry(mark, false);
        }

        var rest = _text[_position..];
        var length = rest.IndexOfAny('{', '}');
        length = length < 0 ? rest.Length : length;
        if (length > 0)
        {
            Advance(length);
        }

        Unaccepted();
        if (!Char('}'))
        {
            return EndTry(mark, false);
        }

        value = _text[start.._position].ToString();
        return End(mark, true);
    }
}
