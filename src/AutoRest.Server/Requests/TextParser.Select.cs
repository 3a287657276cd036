using System.Collections.Immutable;

namespace AutoRest.Server.Requests;

/// <summary><c>select</c>. contract/reads.md §2.1.</summary>
ref partial struct TextParser
{
    static readonly SelectItem.Star StarItem = new();

    bool Select(out ImmutableArray<SelectItem> items)
    {
        items = [];
        var scope = Begin();
        if (!Node(out var first))
        {
            return EndOption(scope, false);
        }

        var builder = ImmutableArray.CreateBuilder<SelectItem>();
        builder.Add(first);
        var mark = Begin();
        var any = false;
        while (true)
        {
            Again();
            if (Comma() && Node(out var next))
            {
                builder.Add(next);
                any = true;
                continue;
            }

            items = builder.DrainToImmutable();
            return End(scope, EndMany(mark, any));
        }
    }

    bool Node(out SelectItem item)
    {
        item = StarItem;
        var mark = Begin();
        if (SpreadHead(out var head))
        {
            var success = Nested(out var select);
            item = success ? new SelectItem.Spread(TextOf(head.Target), HintOf(head), head.Join, select) : item;
            return End(mark, success);
        }

        if (!_consumed && EmbedHead(out head))
        {
            var success = Nested(out var select);
            item = success ? new SelectItem.Embed(AliasOf(head.Alias), TextOf(head.Target), HintOf(head), head.Join, select) : item;
            return End(mark, success);
        }

        return End(mark, !_consumed && Column(out item));
    }

    bool Nested(out ImmutableArray<SelectItem> select)
    {
        select = [];
        if (!(Char('(') && Descend() && Select(out select) && Char(')')))
        {
            return false;
        }

        _depth--;
        return true;
    }

    /// <summary>What stands before the parenthesis of an embed or spread.</summary>
    readonly record struct EmbedSlice(NameSlice? Alias, NameSlice Target, NameSlice? Hint, JoinKind? Join);

    readonly string? AliasOf(NameSlice? alias) => alias is { } name ? TextOf(name) : null;

    readonly string? HintOf(EmbedSlice head) => AliasOf(head.Hint);

    bool SpreadHead(out EmbedSlice head)
    {
        head = default;
        var mark = Begin();
        var success = Blanks() && Literal("...") && Name(out var target) && EmbedParameters(null, target, out head) && TryLookahead("(") && Blanks();
        return EndTry(mark, success);
    }

    bool EmbedHead(out EmbedSlice head)
    {
        head = default;
        var mark = Begin();
        var success = Blanks() && OptionalAlias(out var alias) && Name(out var target) && !IsCount(target)
            && EmbedParameters(alias, target, out head) && TryLookahead("(") && Blanks();
        return EndTry(mark, success);
    }

    /// <summary><c>count(</c> belongs to the aggregate, even when quoted.</summary>
    readonly bool IsCount(NameSlice name)
    {
        var slice = _text[name.Start..name.End];
        return name.IsQuoted
            ? slice.Contains('\\') ? Unescaped(slice) == "count" : slice is "count"
            : slice.Trim(' ') is "count";
    }

    bool OptionalAlias(out NameSlice? alias)
    {
        var mark = Begin();
        var success = Alias(out var name);
        alias = success ? name : null;
        return EndOption(mark, success);
    }

    bool EmbedParameters(NameSlice? alias, NameSlice target, out EmbedSlice head)
    {
        head = default;
        if (!(EmbedParameter(out var hint, out var join) && EmbedParameter(out var secondHint, out var secondJoin)))
        {
            return false;
        }

        head = new EmbedSlice(alias, target, hint ?? secondHint, join ?? secondJoin);
        return true;
    }

    bool EmbedParameter(out NameSlice? hint, out JoinKind? join)
    {
        (hint, join) = (null, null);
        var mark = Begin();
        if (!Char('!'))
        {
            return EndOption(mark, false);
        }

        var scope = Begin();
        if (TryLiteral("left"))
        {
            join = JoinKind.Left;
        }
        else if (TryLiteral("inner"))
        {
            join = JoinKind.Inner;
        }
        else
        {
            var attempt = Begin();
            if (!EndTry(attempt, Name(out var name)))
            {
                End(scope, false);
                return End(mark, false);
            }

            hint = name;
        }

        End(scope, true);
        return End(mark, true);
    }

    bool Column(out SelectItem item)
    {
        item = StarItem;
        if (!Blanks())
        {
            return false;
        }

        var mark = Begin();
        var success = Star() || (!_consumed && CountRows(out item)) || (!_consumed && PlainColumn(out item));
        return End(mark, success) && Blanks();
    }

    bool Star()
    {
        var mark = Begin();
        return EndTry(mark, Literal("*") && FieldEnd());
    }

    bool CountRows(out SelectItem item)
    {
        item = StarItem;
        if (!_explaining && !(_mayCount ??= _text.Contains("count()", StringComparison.Ordinal)))
        {
            return false;
        }

        var mark = Begin();
        if (!(OptionalAlias(out var alias) && Literal("count()") && OptionalCast(out var cast) && FieldEnd()))
        {
            return EndTry(mark, false);
        }

        item = new SelectItem.Column(AliasOf(alias), null, null, AggregateFunction.Count, cast);
        return End(mark, true);
    }

    bool PlainColumn(out SelectItem item)
    {
        item = StarItem;
        if (!(OptionalAlias(out var alias) && Field(out var field) && OptionalUse(out var use) && OptionalCast(out var cast) && OptionalAggregate(out var aggregate)
            && OptionalCast(out var aggregateCast) && FieldEnd()))
        {
            return false;
        }

        // A second cast without an aggregate has no effect.
        item = new SelectItem.Column(AliasOf(alias), FieldOf(field), cast, aggregate, aggregate is null ? null : aggregateCast) { Use = use };
        return true;
    }

    bool OptionalCast(out string? type)
    {
        type = null;
        var mark = Begin();
        if (!Literal("::"))
        {
            return EndOption(mark, false);
        }

        var start = _position;
        if (!Word())
        {
            return End(mark, false);
        }

        type = _text[start.._position].Trim().ToString();
        return End(mark, true);
    }

    bool OptionalAggregate(out AggregateFunction? aggregate)
    {
        aggregate = null;
        var mark = Begin();
        var success = Char('.') && Aggregate(out aggregate) && Literal("()");
        if (!success)
        {
            aggregate = null;
            EndTry(mark, false);
            return true;
        }

        return End(mark, true);
    }

    bool Aggregate(out AggregateFunction? aggregate)
    {
        var mark = Begin();
        aggregate =
            Literal("sum") ? AggregateFunction.Sum :
            _consumed ? null :
            Literal("avg") ? AggregateFunction.Avg :
            _consumed ? null :
            Literal("count") ? AggregateFunction.Count :
            _consumed ? null :
            TryLiteral("max") ? AggregateFunction.Max :
            TryLiteral("min") ? AggregateFunction.Min :
            null;
        return End(mark, aggregate is not null);
    }

    bool FieldEnd()
    {
        var mark = Begin();
        return End(mark, TryLookahead(")") || TryLookahead(",") || EndOfInput());
    }
}
