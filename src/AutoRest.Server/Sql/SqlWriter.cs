using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using AutoRest.Introspection;

namespace AutoRest.Server.Sql;

/// <summary>
/// The only way to make SQL text. Holes of the interpolated strings accept only types that cannot carry an injection: a <c>string</c> in a hole
/// does not compile.
/// </summary>
public sealed class SqlWriter
{
    // Beyond this many parameters a dictionary finds a repeated one; below, a scan is cheaper.
    const int ScanLimit = 24;

    /// <summary>Longer buffers are not kept.</summary>
    const int MaxKept = 16 * 1024;

    [ThreadStatic]
    static StringBuilder? _kept;

    readonly StringBuilder _text = Interlocked.Exchange(ref _kept, null) ?? new StringBuilder(1024);
    readonly List<Parameter> _parameters = [];
    readonly string _aliasPrefix;
    Dictionary<Parameter, int>? _positions;

    /// <param name="rootName">Name of the relation a statement selects from under its own name: source aliases keep out of its way.</param>
    public SqlWriter(string rootName = "") => _aliasPrefix = rootName.StartsWith("ar_", StringComparison.Ordinal) ? "arx_" : "ar_";

    /// <summary>Appends SQL.</summary>
    public void Append([InterpolatedStringHandlerArgument("")] ref Handler sql)
    {
        // Everything was appended while the handler's holes were filled.
        _ = sql;
    }

    /// <summary>The statement. The writer is used up: its buffer goes to the next one.</summary>
    public SqlStatement Build()
    {
        var text = _text.ToString();
        if (_text.Capacity <= MaxKept)
        {
            _text.Clear();
            _kept = _text;
        }

        return new SqlStatement(text, _parameters);
    }

    void AppendQuoted(string name)
    {
        // PostgreSQL names end at a NUL, and a client can send one.
        var nul = name.IndexOf('\0', StringComparison.Ordinal);
        var end = nul < 0 ? name.Length : nul;
        _text.Append('"');
        if (name.AsSpan(0, end).Contains('"'))
        {
            foreach (var c in name.AsSpan(0, end))
            {
                _text.Append(c);
                if (c == '"')
                {
                    _text.Append('"');
                }
            }
        }
        else
        {
            _text.Append(name, 0, end);
        }

        _text.Append('"');
    }

    void AppendParameter(Parameter parameter)
    {
        var position = PositionOf(parameter);
        if (position < 0)
        {
            position = _parameters.Count;
            _parameters.Add(parameter);
            _positions?.Add(parameter, position);
        }

        _text.Append('$').Append(CultureInfo.InvariantCulture, $"{position + 1}");
    }

    int PositionOf(Parameter parameter)
    {
        if (_parameters.Count < ScanLimit)
        {
            return _parameters.IndexOf(parameter);
        }

        _positions ??= _parameters.Select((p, i) => (p, i)).ToDictionary(x => x.p, x => x.i);
        return _positions.TryGetValue(parameter, out var position) ? position : -1;
    }

    /// <summary>One <c>AppendFormatted</c> per safe type, no generic, no <c>string</c>.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Handler
    {
        readonly SqlWriter _writer;

        public Handler(int literalLength, int formattedCount, SqlWriter writer)
        {
            _ = literalLength;
            _ = formattedCount;
            _writer = writer;
        }

        public void AppendLiteral(string literal) => _writer._text.Append(literal);

        public void AppendFormatted(Identifier name) => _writer.AppendQuoted(name.Name);

        public void AppendFormatted(QualifiedIdentifier name)
        {
            if (name.Schema.Length > 0)
            {
                _writer.AppendQuoted(name.Schema);
                _writer._text.Append('.');
            }

            _writer.AppendQuoted(name.Name);
        }

        public void AppendFormatted(Parameter parameter) => _writer.AppendParameter(parameter);

        public void AppendFormatted(TypeName type) => _writer._text.Append(type.Text);

        public void AppendFormatted(OperatorName name)
        {
            _writer._text.Append(name.IsFunction ? "" : "OPERATOR(");
            if (name.Schema is { } schema)
            {
                _writer.AppendQuoted(schema.Name);
                _writer._text.Append('.');
            }

            if (name.IsFunction)
            {
                _writer.AppendQuoted(name.Symbol);
            }
            else
            {
                _writer._text.Append(name.Symbol).Append(')');
            }
        }

        public void AppendFormatted(SqlToken token) => _writer._text.Append(token.Text);

        public void AppendFormatted(CatalogExpression expression) => _writer._text.Append(expression.Text);

        public void AppendFormatted(SourceAlias alias) =>
            _writer._text.Append(_writer._aliasPrefix).Append(CultureInfo.InvariantCulture, $"{alias.Position}");

        /// <summary>A number of ours: a column position or a role's number.</summary>
        public void AppendFormatted(int number) => _writer._text.Append(CultureInfo.InvariantCulture, $"{number}");
    }
}
