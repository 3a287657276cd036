namespace AutoRest.Introspection;

/// <summary>A cast function between a domain and json or text. contract/representations.md §6.</summary>
/// <param name="Source">Source type as <c>regtype</c> prints it under an empty search path.</param>
/// <param name="Target">Target type, likewise.</param>
public sealed record Representation(string Source, string Target, QualifiedIdentifier Function);

/// <summary>A media type declared in the database. contract/representations.md §4.</summary>
/// <param name="Target">The relation (or the function itself) it serves; null for any element.</param>
/// <param name="MediaType">The domain's name, lower-cased; <c>*/*</c> for the wildcard domain.</param>
/// <param name="Function">The aggregate, or the function that returns the domain.</param>
/// <param name="Domain">The media type domain.</param>
/// <param name="IsAggregate">False for a function that returns the domain itself.</param>
public sealed record MediaHandler(
    QualifiedIdentifier? Target, string MediaType, QualifiedIdentifier Function, QualifiedIdentifier Domain, bool IsAggregate);
