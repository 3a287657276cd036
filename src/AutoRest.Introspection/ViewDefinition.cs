using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;

namespace AutoRest.Introspection;

/// <summary>
/// Finds in a view's stored query (<c>pg_rewrite.ev_action</c>, the text of a <c>pg_node_tree</c>) which of its columns are plain columns
/// of a relation. contract/embedding.md §2.6.
/// </summary>
/// <remarks>
/// The text nests <c>{NODE :field value …}</c> and <c>(item …)</c>; a backslash takes the meaning of the character after it.
/// Everything but the outermost query's <c>targetList</c> is skipped, including target lists of subqueries.
/// </remarks>
public static class ViewDefinition
{
    /// <summary>The columns with an origin, in the view's order, which is that of their numbers; none where the text is not understood.</summary>
    public static ImmutableArray<ViewColumn> Parse(ReadOnlySpan<char> definition)
    {
        var tree = new NodeCursor(definition);
        var columns = ImmutableArray.CreateBuilder<ViewColumn>();
        if (tree.Open('(') && tree.Open('{') && tree.Token() is "QUERY" && tree.FindField(":targetList") && tree.Open('('))
        {
            while (tree.Open('{') && tree.Token() is "TARGETENTRY")
            {
                // In the order PostgreSQL writes them since 7.4; origin 0: an expression.
                var number = tree.FindField(":resno") ? Number(tree.Token()) : 0;
                var origin = tree.FindField(":resorigtbl") ? Number(tree.Token()) : 0;
                var originColumn = tree.FindField(":resorigcol") ? Number(tree.Token()) : 0;
                tree.Close();
                if (origin != 0 && originColumn > 0)
                {
                    columns.Add(new ViewColumn((int)number, origin, (int)originColumn));
                }
            }
        }

        return columns.DrainToImmutable();
    }

    static long Number(ReadOnlySpan<char> token) =>
        long.TryParse(token, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0;

    ref struct NodeCursor(ReadOnlySpan<char> text)
    {
        static readonly SearchValues<char> Structure = SearchValues.Create("(){}\\");
        static readonly SearchValues<char> TokenEnd = SearchValues.Create(" \n\t\r(){}\\");

        ReadOnlySpan<char> _rest = text;

        /// <summary>Steps inside a node or list.</summary>
        public bool Open(char bracket)
        {
            _rest = _rest.TrimStart();
            if (_rest.IsEmpty || _rest[0] != bracket)
            {
                return false;
            }

            _rest = _rest[1..];
            return true;
        }

        /// <summary>Leaves the node or list the cursor is in.</summary>
        public void Close()
        {
            for (var depth = 1; depth > 0;)
            {
                var at = _rest.IndexOfAny(Structure);
                if (at < 0)
                {
                    _rest = [];
                    return;
                }

                var step = 1;
                switch (_rest[at])
                {
                    case '\\':
                        step = Math.Min(2, _rest.Length - at);
                        break;
                    case '(' or '{':
                        depth++;
                        break;
                    default:
                        depth--;
                        break;
                }

                _rest = _rest[(at + step)..];
            }
        }

        /// <summary>Goes behind the name of a field of the node the cursor is in, not looking into the fields before it.</summary>
        public bool FindField(ReadOnlySpan<char> name)
        {
            // Names and values alternate. The value is skipped as such: a column may be called ":targetList".
            while (true)
            {
                var field = Token();
                if (field.IsEmpty || field.SequenceEqual(name))
                {
                    return !field.IsEmpty;
                }

                SkipValue();
            }
        }

        void SkipValue()
        {
            if (Open('(') || Open('{'))
            {
                Close();
            }
            else
            {
                Token();
            }
        }

        /// <summary>The next word, escapes and all; empty at the end of the node.</summary>
        public ReadOnlySpan<char> Token()
        {
            _rest = _rest.TrimStart();
            var length = 0;
            while (true)
            {
                var at = _rest[length..].IndexOfAny(TokenEnd);
                if (at < 0)
                {
                    length = _rest.Length;
                    break;
                }

                length += at;
                if (_rest[length] != '\\')
                {
                    break;
                }

                length = Math.Min(length + 2, _rest.Length);
            }

            var token = _rest[..length];
            _rest = _rest[length..];
            return token;
        }
    }
}
