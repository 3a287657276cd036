using System.Collections.Immutable;
using AutoRest.Testing;

namespace AutoRest.Api.Tests.Docs;

/// <summary>A fenced block of a page.</summary>
/// <param name="Line">Of its opening fence, counted from 1.</param>
/// <param name="NotRun">The reason in <c>&lt;!-- not run: … --&gt;</c> above it.</param>
sealed record DocBlock(int Line, string Language, string Text, string? NotRun);

/// <summary>A page of the documentation, read for its snippets.</summary>
sealed record DocPage(string File, ImmutableArray<string> Lines, ImmutableArray<DocBlock> Blocks)
{
    const string Mark = "<!-- not run: ";

    /// <summary>Blocks without a language are drawings and terminal sessions, which claim nothing.</summary>
    public static DocPage Read(string file)
    {
        ImmutableArray<string> lines = [.. System.IO.File.ReadAllLines(Repository.File(file))];
        var blocks = ImmutableArray.CreateBuilder<DocBlock>();
        string? reason = null;
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith(Mark, StringComparison.Ordinal))
            {
                reason = lines[i][Mark.Length..].Replace("-->", "", StringComparison.Ordinal).Trim();
            }
            else if (lines[i].StartsWith("```", StringComparison.Ordinal))
            {
                var start = i;
                while (++i < lines.Length && lines[i] != "```")
                {
                }

                if (lines[start].Length > 3)
                {
                    blocks.Add(new(start + 1, lines[start][3..], string.Join('\n', lines[(start + 1)..i]), reason));
                }

                reason = null;
            }
        }

        return new(file, lines, blocks.DrainToImmutable());
    }

    /// <summary>Writes the page with other texts in some of its blocks.</summary>
    public void Rewrite(IReadOnlyDictionary<DocBlock, string> texts)
    {
        var lines = Lines.ToList();
        foreach (var (block, text) in texts.OrderByDescending(static t => t.Key.Line))
        {
            lines.RemoveRange(block.Line, block.Text.Length == 0 ? lines[block.Line] == "```" ? 0 : 1 : block.Text.Split('\n').Length);
            lines.InsertRange(block.Line, text.Split('\n'));
        }

        System.IO.File.WriteAllText(Repository.File(File), string.Join('\n', lines) + "\n");
    }
}
