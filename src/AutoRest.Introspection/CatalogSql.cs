namespace AutoRest.Introspection;

/// <summary>The queries of <c>Catalog/</c>, which are embedded in the assembly.</summary>
static class CatalogSql
{
    /// <summary>The text of <c>Catalog/</c><paramref name="name"/><c>.sql</c>.</summary>
    public static string Text(string name)
    {
        using var stream = typeof(CatalogSql).Assembly.GetManifestResourceStream(name + ".sql")
            ?? throw new ArgumentException($"There is no query called {name}.", nameof(name));
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
