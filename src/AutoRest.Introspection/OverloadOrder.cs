namespace AutoRest.Introspection;

/// <summary>Order of the overloads of one name: parameter count, description, parameters, return type. contract/functions.md §3.</summary>
sealed class OverloadOrder : IComparer<Routine>
{
    public static OverloadOrder Instance { get; } = new();

    public int Compare(Routine? x, Routine? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        var order = x.Parameters.Length.CompareTo(y.Parameters.Length);
        order = order != 0 ? order : string.CompareOrdinal(x.Description, y.Description);
        for (var i = 0; order == 0 && i < x.Parameters.Length; i++)
        {
            order = Compare(x.Parameters[i], y.Parameters[i]);
        }

        return order != 0 ? order : Compare(x.Return, y.Return);
    }

    static int Compare(RoutineParameter x, RoutineParameter y)
    {
        var order = string.CompareOrdinal(x.Name, y.Name);
        order = order != 0 ? order : string.CompareOrdinal(x.Type, y.Type);
        order = order != 0 ? order : x.IsRequired.CompareTo(y.IsRequired);
        return order != 0 ? order : x.IsVariadic.CompareTo(y.IsVariadic);
    }

    static int Compare(RoutineReturn x, RoutineReturn y)
    {
        var order = x.IsSet.CompareTo(y.IsSet);
        order = order != 0 ? order : x.IsComposite.CompareTo(y.IsComposite);
        return order != 0 ? order : QualifiedIdentifier.ByCodePoint.Compare(x.Type, y.Type);
    }
}
