using System.Collections.Immutable;

namespace AutoRest.Server.Requests;

/// <summary><c>order</c>. contract/reads.md §5.</summary>
ref partial struct TextParser
{
    bool Order(out ImmutableArray<OrderItem> items)
    {
        items = [];
        if (!OrderTerm(out var first))
        {
            return false;
        }

        var builder = ImmutableArray.CreateBuilder<OrderItem>();
        builder.Add(first);
        var mark = Begin();
        var any = false;
        while (true)
        {
            Again();
            if (Char(',') && OrderTerm(out var next))
            {
                builder.Add(next);
                any = true;
                continue;
            }

            items = builder.DrainToImmutable();
            return EndMany(mark, any);
        }
    }

    bool OrderTerm(out OrderItem item)
    {
        item = NoOrder;
        if (!Blanks())
        {
            return false;
        }

        var mark = Begin();
        return End(mark, RelatedTerm(out item) || FieldTerm(out item)) && Blanks();
    }

    static readonly OrderItem NoOrder = new(null, new FieldPath("", []), null, null);

    bool RelatedTerm(out OrderItem item)
    {
        item = NoOrder;
        var mark = Begin();
        if (!(Name(out var embed) && Char('(') && Field(out var field) && Char(')')
            && OrderOptions(out var direction, out var nulls)))
        {
            return EndTry(mark, false);
        }

        item = new OrderItem(TextOf(embed), FieldOf(field), direction, nulls);
        return End(mark, true);
    }

    bool FieldTerm(out OrderItem item)
    {
        item = NoOrder;
        if (!(Field(out var field) && OptionalOrderUse(out var use) && OrderOptions(out var direction, out var nulls)))
        {
            return false;
        }

        item = new OrderItem(null, FieldOf(field), direction, nulls) { Use = use };
        return true;
    }

    /// <summary>
    /// Ours: <c>.operator.operand</c> with a configured operator. A term that uses none is read, and refused, as if there were no operators.
    /// </summary>
    bool OptionalOrderUse(out OperatorUse? use)
    {
        use = null;
        if (_operators.IsEmpty || Peek != '.')
        {
            return true;
        }

        var rest = _text[(_position + 1)..];
        var length = rest.IndexOf('.');
        if (length < 0 || !_operators.TryGet(rest[..length], out var found))
        {
            return true;
        }

        Advance(length + 2);
        if (!OrderOperand(out var operand))
        {
            return false;
        }

        use = new OperatorUse(found, operand);
        return true;
    }

    /// <summary><c>[…]</c>, brackets inside it in pairs, or <c>"…"</c> as a quoted name: a direction follows.</summary>
    bool OrderOperand(out string operand)
    {
        operand = "";
        var start = _position;
        if (Peek == '[')
        {
            return Brackets() && Kept(_text[start.._position].ToString(), out operand);
        }

        if (Peek == '"')
        {
            return Quoted(out var slice) && Kept(TextOf(slice), out operand);
        }

        Expect("operand ([...] or \"...\")");
        return false;
    }

    bool OrderOptions(out OrderDirection? direction, out NullsOrder? nulls)
    {
        direction = TryDotAnd("asc") ? OrderDirection.Ascending : TryDotAnd("desc") ? OrderDirection.Descending : null;
        var mark = Begin();
        nulls = TryDotAnd("nullsfirst") ? NullsOrder.First : TryDotAnd("nullslast") ? NullsOrder.Last : null;
        if (OrderEnd())
        {
            return End(mark, true);
        }

        return End(mark, !_consumed && OrderEnd());
    }

    bool TryDotAnd(string word)
    {
        var mark = Begin();
        return EndTry(mark, Dot() && Literal(word));
    }

    bool OrderEnd()
    {
        var mark = Begin();
        return End(mark, TryLookahead(",") || EndOfInput());
    }
}
