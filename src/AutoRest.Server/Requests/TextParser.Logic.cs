using System.Collections.Immutable;

namespace AutoRest.Server.Requests;

/// <summary><c>and</c>/<c>or</c> trees. contract/reads.md §4.</summary>
ref partial struct TextParser
{
    static readonly LogicTree NoTree = new LogicTree.Group(false, false, []);

    /// <summary><c>tree</c>: a predicate if it can be read as one, else a group.</summary>
    bool Tree(out LogicTree tree)
    {
        var mark = Begin();
        return End(mark, Predicate(out tree) || Group(out tree));
    }

    bool Predicate(out LogicTree tree)
    {
        tree = NoTree;
        var mark = Begin();
        if (!(Field(out var field) && Dot()))
        {
            return EndTry(mark, false);
        }

        var negated = Negation();
        if (!Operation(inTree: true, out var operation))
        {
            return EndTry(mark, false);
        }

        tree = new LogicTree.Leaf(new Condition(FieldOf(field), negated, operation));
        return End(mark, true);
    }

    bool Group(out LogicTree tree)
    {
        tree = NoTree;
        var negation = Begin();
        var negated = Negation();
        EndLabel(negation, true, "negation operator (not)");

        var operation = Begin();
        var isOr = false;
        var success = TryLiteral("and") || (isOr = Literal("or"));
        if (!EndLabel(operation, success, "logic operator (and, or)"))
        {
            return false;
        }

        if (!(Blanks() && Char('(') && Descend() && Blanks() && Tree(out var first)))
        {
            return false;
        }

        var members = ImmutableArray.CreateBuilder<LogicTree>();
        members.Add(first);
        var mark = Begin();
        var any = false;
        while (true)
        {
            Again();
            if (Comma() && Tree(out var next))
            {
                members.Add(next);
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

        _depth--;
        tree = new LogicTree.Group(negated, isOr, members.DrainToImmutable());
        return true;
    }
}
