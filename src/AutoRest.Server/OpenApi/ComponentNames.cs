using System.Text;

namespace AutoRest.Server.OpenApi;

/// <summary>
/// Names of components and operations: OpenAPI allows letters, digits and <c>. - _</c>, PostgreSQL anything. Two names may become alike, so that
/// the later one gets a number.
/// </summary>
sealed class ComponentNames
{
    readonly HashSet<string> _used;

    public ComponentNames(params IEnumerable<string> reserved) => _used = new(reserved, StringComparer.Ordinal);

    /// <param name="suffixes">Further names that are made of it, and must be free, too.</param>
    public string Of(string name, params ReadOnlySpan<string> suffixes)
    {
        var text = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            text.Append(char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' ? c : '_');
        }

        var plain = text.Length == 0 ? "_" : text.ToString();
        var free = plain;
        for (var number = 2; !IsFree(free, suffixes); number++)
        {
            free = $"{plain}_{number}";
        }

        _used.Add(free);
        foreach (var suffix in suffixes)
        {
            _used.Add(free + suffix);
        }

        return free;
    }

    bool IsFree(string name, ReadOnlySpan<string> suffixes)
    {
        foreach (var suffix in suffixes)
        {
            if (_used.Contains(name + suffix))
            {
                return false;
            }
        }

        return !_used.Contains(name);
    }
}
