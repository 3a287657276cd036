using System.Text;
using AutoRest.Testing;

namespace AutoRest.Server.Tests;

/// <summary>
/// A file of requests, each with what is made of it: <c>### GET /path</c>, then headers as <c>Name: value</c> lines and, after an empty one, the body, then the answer
/// behind a line <c>=></c>. Every line of a request may have a comment's prefix. UPDATE_CASES=1 rewrites the answers (not in CI).
/// </summary>
/// <param name="comment">What requests' lines begin with, so that the file can be read as SQL; else empty.</param>
sealed class GoldenFile(string path, string comment = "")
{
    public static TheoryData<string> In(string folder) =>
        [.. Directory.GetFiles(Repository.File("tests", "AutoRest.Server.Tests", folder, "golden")).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    public static GoldenFile Of(string folder, string file, string comment = "") =>
        new(Repository.File("tests", "AutoRest.Server.Tests", folder, "golden", file), comment);

    /// <param name="answer">Request → what follows the <c>=></c>.</param>
    public void Check(Func<string, string> answer)
    {
        var expected = File.ReadAllText(path);
        var actual = new StringBuilder();
        foreach (var section in expected.Split(comment + "### ", StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = section.Split('\n').TakeWhile(line => !line.StartsWith(comment + "=>", StringComparison.Ordinal));
            var request = string.Join('\n', lines.Select(Uncommented)).TrimEnd('\n');
            actual.Append(comment).Append("### ").AppendJoin('\n', request.Split('\n').Select((line, i) => i == 0 ? line : (comment + line).TrimEnd())).Append('\n');
            actual.Append(comment).Append("=> ").Append(answer(request).TrimEnd('\n')).Append("\n\n");
        }

        var text = actual.ToString().TrimEnd('\n') + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_CASES") == "1" && !Required.IsCI)
        {
            File.WriteAllText(path, text);
            return;
        }

        Assert.Equal(expected, text);
    }

    string Uncommented(string line) => comment.Length > 0 && (line + " ").StartsWith(comment, StringComparison.Ordinal) ? line[Math.Min(line.Length, comment.Length)..] : line;
}
