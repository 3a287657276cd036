using System.Collections.Frozen;
using System.Text;

namespace AutoRest.Server.Configuration;

/// <summary>The configuration file: bindings, groups, imports, interpolation, disabled directives.</summary>
/// <remarks>contract/configuration.md §2. This file holds what directives mean; their letters are read by <see cref="ConfigFileReader"/>.</remarks>
public static class ConfigFile
{
    /// <summary>An import chain this long is a cycle.</summary>
    const int MaxImports = 32;

    static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The bindings of a file and of those it imports, by full key.</summary>
    /// <exception cref="ConfigException">Unreadable file, or text outside the grammar; the message names file and line.</exception>
    public static IReadOnlyDictionary<string, ConfigValue> Read(string path, IReadOnlyDictionary<string, string> environment)
    {
        var bindings = new Bindings(environment);
        bindings.Import(Path.GetFullPath(path), "", 0);
        return bindings.Values.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>As <see cref="Read"/>, from text; imports are relative to <paramref name="directory"/>.</summary>
    public static IReadOnlyDictionary<string, ConfigValue> Parse(string text, IReadOnlyDictionary<string, string> environment, string directory = ".")
    {
        var bindings = new Bindings(environment);
        bindings.Bind(text, Path.Combine(Path.GetFullPath(directory), "config"), "", 0);
        return bindings.Values.ToFrozenDictionary(StringComparer.Ordinal);
    }

    sealed class Bindings(IReadOnlyDictionary<string, string> environment)
    {
        public Dictionary<string, ConfigValue> Values { get; } = new(StringComparer.Ordinal);

        public void Import(string path, string prefix, int depth)
        {
            if (depth > MaxImports)
            {
                throw new ConfigException($"{path}: imports itself");
            }

            string text;
            try
            {
                text = StrictUtf8.GetString(File.ReadAllBytes(path));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
            {
                throw new ConfigException(error is DecoderFallbackException ? $"{path}: not UTF-8" : $"{path}: cannot be read: {error.Message}");
            }

            Bind(text.StartsWith('\uFEFF') ? text[1..] : text, path, prefix, depth);
        }

        public void Bind(string text, string path, string prefix, int depth)
        {
            var reader = new ConfigFileReader(text, path);
            Directives(ref reader, prefix, path, depth, disabled: false);
        }

        /// <summary>Directives up to the end of the text or the closing brace of the group.</summary>
        void Directives(ref ConfigFileReader reader, string prefix, string path, int depth, bool disabled)
        {
            while (true)
            {
                reader.SkipBlank();
                if (reader.AtEnd || reader.Peek('}'))
                {
                    break;
                }

                Directive(ref reader, prefix, path, depth, disabled);
                reader.EndDirective();
            }

            if (!reader.AtEnd && reader.Depth == 0)
            {
                throw reader.Error("unexpected '}'");
            }
        }

        void Directive(ref ConfigFileReader reader, string prefix, string path, int depth, bool disabled)
        {
            while (reader.TryDisabled())
            {
                // Parsed, so that it must be well-formed, and then discarded: nothing is read, bound or looked up.
                disabled = true;
            }

            if (reader.TryImport())
            {
                reader.SkipBlank();
                var target = reader.String();
                if (!disabled)
                {
                    Import(Path.Combine(Path.GetDirectoryName(path)!, target), prefix, depth + 1);
                }

                return;
            }

            var key = reader.Key();
            var full = prefix + key;
            reader.SkipSpaces();
            if (reader.TryTake('{'))
            {
                if (++reader.Depth > ConfigFileReader.MaxDepth)
                {
                    throw reader.Error("nested too deeply");
                }

                Directives(ref reader, full + ".", path, depth, disabled);
                reader.Expect('}');
                reader.Depth--;
                return;
            }

            reader.Expect('=');
            reader.SkipBlank();
            var value = reader.Value();
            if (!disabled)
            {
                Values[full] = value.Kind == ConfigValueKind.Text ? ConfigValue.Of(Interpolate(value.Literal, prefix, ref reader)) : value;
            }
        }

        string Interpolate(string text, string prefix, ref ConfigFileReader reader)
        {
            if (!text.Contains('$', StringComparison.Ordinal))
            {
                return text;
            }

            var result = new StringBuilder(text.Length);
            for (var i = 0; i < text.Length; i++)
            {
                if (text[i] != '$')
                {
                    result.Append(text[i]);
                }
                else if (i + 1 < text.Length && text[i + 1] == '$')
                {
                    result.Append('$');
                    i++;
                }
                else if (i + 1 < text.Length && text[i + 1] == '(' && text.IndexOf(')', i) is var end and > 0)
                {
                    result.Append(Variable(text[(i + 2)..end], prefix, ref reader));
                    i = end;
                }
                else
                {
                    throw reader.Error("a single '$' in a string; write '$$' for the character, '$(name)' for a variable");
                }
            }

            return result.ToString();
        }

        /// <summary>A key bound before, in the innermost group first and then in those around it; else a variable of the environment.</summary>
        string Variable(string name, string prefix, ref ConfigFileReader reader)
        {
            for (var group = prefix; ; group = group.Length < 2 ? "" : group[..(group.LastIndexOf('.', group.Length - 2) + 1)])
            {
                if (Values.TryGetValue(group + name, out var value))
                {
                    return value.Kind is ConfigValueKind.Text or ConfigValueKind.Number
                        ? value.Literal
                        : throw reader.Error($"'{name}' is neither a string nor a number");
                }

                if (group.Length == 0)
                {
                    return environment.TryGetValue(name, out var variable) ? variable : throw reader.Error($"no such variable '{name}'");
                }
            }
        }
    }
}
