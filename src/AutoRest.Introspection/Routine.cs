using System.Collections.Immutable;

namespace AutoRest.Introspection;

/// <summary><c>pg_proc.provolatile</c>.</summary>
public enum Volatility
{
    Immutable,
    Stable,
    Volatile,
}

/// <summary>Isolation levels the contract honours; everything else is read committed (contract/auth.md §6.2).</summary>
public enum TransactionIsolation
{
    ReadCommitted,
    RepeatableRead,
    Serializable,
}

/// <summary>A setting attached to a role or a function (<c>rolconfig</c>, <c>proconfig</c>), split at the first <c>=</c>.</summary>
public readonly record struct ConfigEntry(string Name, string Value);

/// <summary>A function of an exposed schema that can be called. contract/functions.md §1.</summary>
/// <param name="Isolation">The function's own <c>default_transaction_isolation</c>; null when it sets none.</param>
/// <param name="Settings">All of <c>proconfig</c>; which are hoisted is decided by <c>db-hoisted-tx-settings</c>.</param>
public sealed record Routine(
    QualifiedIdentifier Name,
    string? Description,
    ImmutableArray<RoutineParameter> Parameters,
    RoutineReturn Return,
    Volatility Volatility,
    TransactionIsolation? Isolation,
    ImmutableArray<ConfigEntry> Settings)
{
    /// <summary>OID: tells overloads apart when privileges are asked for.</summary>
    public long Id { get; init; }

    public bool HasVariadic { get; } = Parameters.Any(static p => p.IsVariadic);
}

/// <summary>An input parameter.</summary>
/// <param name="Name">Empty when unnamed.</param>
/// <param name="Type">As declared, for messages and documents.</param>
/// <param name="CallType">As written in generated SQL: <c>bit</c> and <c>character</c> (and their arrays) widened to their varying form.</param>
public sealed record RoutineParameter(string Name, string Type, string CallType, bool IsRequired, bool IsVariadic);

/// <summary>What a routine gives back, with domains resolved to their base.</summary>
/// <param name="IsSet"><c>proretset</c>.</param>
/// <param name="IsComposite">A row type, or any OUT/INOUT/TABLE argument.</param>
/// <param name="IsVoid">Scalar, non-set <c>pg_catalog.void</c>.</param>
/// <param name="IsRecord"><c>record</c> without OUT arguments: a scalar as far as columns go.</param>
/// <param name="Type">The return type's qualified name (base type for domains).</param>
/// <param name="TypeText">The declared return type as <c>format_type</c> prints it, for documents.</param>
public sealed record RoutineReturn(bool IsSet, bool IsComposite, bool IsVoid, bool IsRecord, QualifiedIdentifier Type, string TypeText);
