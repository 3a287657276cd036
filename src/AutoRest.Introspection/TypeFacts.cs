using System.Collections.Immutable;

namespace AutoRest.Introspection;

/// <summary>What is needed of types beyond <see cref="CatalogFacts"/> to describe the API in another language; serving requests does not need it.</summary>
public sealed record TypeFacts(
    ImmutableArray<TypeRow> Types,
    ImmutableArray<TypeAttributeRow> Attributes,
    ImmutableArray<RoutineResultRow> Results,
    ImmutableArray<RoutineArgumentRow> Arguments);

/// <summary>A row of <c>types.sql</c>.</summary>
/// <param name="Text">As <c>format_type</c> prints it under an empty search path.</param>
/// <param name="Kind"><c>pg_type.typtype</c>.</param>
/// <param name="Element">OID of an array's elements; 0 when it is none.</param>
/// <param name="Base">OID of the type right below a domain; 0 when it is none.</param>
/// <param name="Relation">OID of the relation of a composite type; 0 when it is none.</param>
public sealed record TypeRow(long Id, QualifiedIdentifier Name, string Text, char Kind, long Element, long Base, long Relation);

/// <summary>A row of <c>type_attributes.sql</c>.</summary>
public readonly record struct TypeAttributeRow(long Relation, string Name, long Type);

/// <summary>A row of <c>routine_results.sql</c>.</summary>
/// <param name="IsOneRow">A set that is declared to have one row.</param>
public readonly record struct RoutineResultRow(long Routine, long Type, bool IsOneRow);

/// <summary>A row of <c>routine_arguments.sql</c>.</summary>
/// <param name="Mode"><c>pg_proc.proargmodes</c>: i, o, b, v or t.</param>
public readonly record struct RoutineArgumentRow(long Routine, string Name, long Type, char Mode)
{
    public bool IsInput => Mode is 'i' or 'b' or 'v';

    public bool IsOutput => Mode is 'o' or 'b' or 't';
}
