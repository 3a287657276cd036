namespace AutoRest.Introspection;

/// <summary>A single SQL name, unquoted, exactly as the catalog spells it. Quoting is the SQL writer's job alone.</summary>
public readonly record struct Identifier(string Name)
{
    public override string ToString() => Name;
}

/// <summary>A schema-qualified SQL name, unquoted. <see cref="Schema"/> is empty where the name is resolved through <c>search_path</c>.</summary>
public readonly record struct QualifiedIdentifier(string Schema, string Name)
{
    /// <summary>Orders by schema, then name, by code point: the order every listing in the contract uses.</summary>
    public static Comparer<QualifiedIdentifier> ByCodePoint { get; } = Comparer<QualifiedIdentifier>.Create(static (x, y) =>
    {
        var bySchema = string.CompareOrdinal(x.Schema, y.Schema);
        return bySchema != 0 ? bySchema : string.CompareOrdinal(x.Name, y.Name);
    });

    /// <summary>For messages only (<c>schema.name</c>); never for SQL.</summary>
    public override string ToString() => Schema.Length == 0 ? Name : $"{Schema}.{Name}";
}
