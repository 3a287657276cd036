using System.Collections.Immutable;
using AutoRest.Server.Configuration;
using AutoRest.Server.Errors;

namespace AutoRest.Server.Requests;

/// <summary>What the grammar is used for: one method per row of the table in contract/errors.md §5.</summary>
ref partial struct TextParser
{
    /// <summary>The key of a filter, order or range.</summary>
    /// <exception cref="ApiException"><see cref="QueryParseError"/> (PGRST100).</exception>
    public static (ImmutableArray<string> Path, FieldPath Field) ParseTreePath(string key)
    {
        var parser = new TextParser(key, explaining: false);
        return parser.TreePath(out var path, out var last, out var json)
            ? (path, new FieldPath(parser.TextOf(last), json))
            : throw Explain("tree path", key, key, static (ref TextParser p) => p.TreePath(out _, out _, out _));
    }

    /// <summary>The value of a filter.</summary>
    /// <param name="operators">What may be used besides the operators of the API; without any, the grammar and its messages are the reference's.</param>
    /// <returns>False if it is none but may be a function's argument: refused without having consumed anything.</returns>
    /// <exception cref="ApiException"><see cref="QueryParseError"/> (PGRST100).</exception>
    public static bool TryParseFilter(string value, bool orArgument, out bool negated, out Operation operation, CustomOperators? operators = null)
    {
        var parser = Over(value, operators);
        if (parser.Filter(out negated, out operation))
        {
            return true;
        }

        return orArgument && !parser._consumed
            ? false
            : throw Explain("filter", value, value, static (ref TextParser p) => p.Filter(out _, out _), operators);
    }

    /// <summary>The value of <c>order</c>.</summary>
    /// <exception cref="ApiException"><see cref="QueryParseError"/> (PGRST100).</exception>
    public static ImmutableArray<OrderItem> ParseOrder(string value, CustomOperators? operators = null)
    {
        var parser = Over(value, operators);
        return parser.Order(out var items)
            ? items
            : throw Explain("order", value, value, static (ref TextParser p) => p.Order(out _), operators);
    }

    /// <summary>Key and value of <c>and</c> and <c>or</c>. <c>not</c> anywhere in the path negates.</summary>
    /// <exception cref="ApiException"><see cref="QueryParseError"/> (PGRST100).</exception>
    public static LogicParam ParseLogic(string key, string value, CustomOperators? operators = null)
    {
        var keyParser = new TextParser(key, explaining: false);
        if (!keyParser.Names(out var path, out var last))
        {
            throw Explain("logic path", key, key, static (ref TextParser p) => p.Names(out _, out _));
        }

        // The operator goes in front of the value, so that one rule reads both; columns of messages count it.
        var name = keyParser.TextOf(last);
        var negated = path.Contains("not");
        var text = $"{(negated ? "not." : "")}{name}{value}";
        var parser = Over(text, operators);
        return parser.Tree(out var tree)
            ? new LogicParam(negated ? path.RemoveAll(static p => p == "not") : path, tree)
            : throw Explain("logic tree", value, text, static (ref TextParser p) => p.Tree(out _), operators);
    }

    /// <summary>The value of <c>select</c>; empty when its first item cannot even begin.</summary>
    /// <exception cref="ApiException"><see cref="QueryParseError"/> (PGRST100).</exception>
    public static ImmutableArray<SelectItem> ParseSelect(string value, CustomOperators? operators = null)
    {
        var parser = Over(value, operators);
        return parser.Select(out var items)
            ? items
            : throw Explain("select parameter", value, value, static (ref TextParser p) => p.Select(out _), operators);
    }

    /// <summary>The value of <c>columns</c> or <c>on_conflict</c>, as <paramref name="parameter"/> names it.</summary>
    /// <exception cref="ApiException"><see cref="QueryParseError"/> (PGRST100).</exception>
    public static ImmutableArray<string> ParseNames(string parameter, string value)
    {
        var parser = new TextParser(value, explaining: false);
        return parser.NameList(out var names)
            ? names
            : throw Explain($"{parameter} parameter", value, value, static (ref TextParser p) => p.NameList(out _));
    }

    static TextParser Over(string text, CustomOperators? operators) => new(text, explaining: false) { _operators = operators ?? CustomOperators.None };

    /// <summary>How a run ended. For the test that a silent and an explaining run always agree.</summary>
    internal readonly record struct Outcome(bool Success, bool Consumed, int Position);

    /// <summary>Runs one production either way.</summary>
    /// <param name="what">As in the messages.</param>
    internal static Outcome Run(string what, string text, bool explaining, CustomOperators? operators = null)
    {
        var parser = new TextParser(text, explaining) { _operators = operators ?? CustomOperators.None };
        var success = what switch
        {
            "tree path" => parser.TreePath(out _, out _, out _),
            "filter" => parser.Filter(out _, out _),
            "order" => parser.Order(out _),
            "logic tree" => parser.Tree(out _),
            "select parameter" => parser.Select(out _),
            _ => parser.NameList(out _),
        };
        return new Outcome(success, parser._consumed, parser._position);
    }
}
