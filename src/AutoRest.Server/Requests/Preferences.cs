using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using AutoRest.Server.Configuration;
using Microsoft.Extensions.Primitives;
using NpgsqlTypes;

namespace AutoRest.Server.Requests;

public enum ReturnPreference
{
    Minimal,
    HeadersOnly,
    Representation,
}

public enum ResolutionPreference
{
    MergeDuplicates,
    IgnoreDuplicates,
}

public enum MissingPreference
{
    Null,
    Default,
}

public enum CountPreference
{
    Exact,
    Planned,
    Estimated,
}

public enum TransactionPreference
{
    Commit,
    Rollback,
}

public enum HandlingPreference
{
    Lenient,
    Strict,
}

/// <summary>The <c>Prefer</c> header; a member is null when the client did not ask. contract/writes.md §10; RFC 7240.</summary>
/// <param name="Transaction">Null also where <c>db-tx-end</c> allows no override.</param>
/// <param name="Invalid">Tokens not recognised, in order; matter with <c>handling=strict</c> only.</param>
public sealed record Preferences(
    ReturnPreference? Return,
    ResolutionPreference? Resolution,
    MissingPreference? Missing,
    CountPreference? Count,
    TransactionPreference? Transaction,
    HandlingPreference? Handling,
    string? Timezone,
    int? MaxAffected,
    ImmutableArray<string> Invalid)
{
    const string TimezonePrefix = "timezone=";
    const string MaxAffectedPrefix = "max-affected=";
    const string ReadAfterPrefix = "read-after=";

    /// <summary>Ours: reads this request from the primary.</summary>
    public const string ReadPrimaryToken = "read=primary";

    public static Preferences None { get; } = new(null, null, null, null, null, null, null, null, []);

    /// <summary>Ours: the answer has to include what was written up to this position of the log. Only where reads go to standbys.</summary>
    public NpgsqlLogSequenceNumber? ReadAfter { get; init; }

    /// <summary>Ours: <see cref="ReadPrimaryToken"/>. Only where reads go to standbys.</summary>
    public bool ReadPrimary { get; init; }

    /// <summary>One row per token; also what <c>Preference-Applied</c> echoes.</summary>
    static readonly FrozenDictionary<string, Enum> Tokens = new Dictionary<string, Enum>(StringComparer.Ordinal)
    {
        [TokenOf(ReturnPreference.Minimal)] = ReturnPreference.Minimal,
        [TokenOf(ReturnPreference.HeadersOnly)] = ReturnPreference.HeadersOnly,
        [TokenOf(ReturnPreference.Representation)] = ReturnPreference.Representation,
        [TokenOf(ResolutionPreference.MergeDuplicates)] = ResolutionPreference.MergeDuplicates,
        [TokenOf(ResolutionPreference.IgnoreDuplicates)] = ResolutionPreference.IgnoreDuplicates,
        [TokenOf(MissingPreference.Null)] = MissingPreference.Null,
        [TokenOf(MissingPreference.Default)] = MissingPreference.Default,
        [TokenOf(CountPreference.Exact)] = CountPreference.Exact,
        [TokenOf(CountPreference.Planned)] = CountPreference.Planned,
        [TokenOf(CountPreference.Estimated)] = CountPreference.Estimated,
        [TokenOf(TransactionPreference.Commit)] = TransactionPreference.Commit,
        [TokenOf(TransactionPreference.Rollback)] = TransactionPreference.Rollback,
        [TokenOf(HandlingPreference.Lenient)] = HandlingPreference.Lenient,
        [TokenOf(HandlingPreference.Strict)] = HandlingPreference.Strict,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>All tokens with a fixed text, for documents and tests.</summary>
    public static ImmutableArray<string> KnownTokens { get; } = [.. Tokens.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Reads all <c>Prefer</c> headers. For each preference the first recognised token wins.</summary>
    /// <param name="transactionEnd">Decides whether <c>tx=</c> counts; it is a recognised token either way.</param>
    /// <param name="routesReads">Reads go to standbys: the preferences about that are known, and unknown otherwise, as in the reference.</param>
    public static Preferences Parse(StringValues headers, TransactionEnd transactionEnd, bool routesReads = false)
    {
        if (headers.Count == 0)
        {
            return None;
        }

        var result = None;
        var invalid = ImmutableArray.CreateBuilder<string>();
        var tokens = Tokens.GetAlternateLookup<ReadOnlySpan<char>>();
        var hasMaxAffected = false;
        foreach (var header in headers)
        {
            var value = header.AsSpan();
            foreach (var range in value.Split(','))
            {
                var token = value[range].Trim();
                if (tokens.TryGetValue(token, out var preference))
                {
                    result = preference switch
                    {
                        ReturnPreference p => result with { Return = result.Return ?? p },
                        ResolutionPreference p => result with { Resolution = result.Resolution ?? p },
                        MissingPreference p => result with { Missing = result.Missing ?? p },
                        CountPreference p => result with { Count = result.Count ?? p },
                        TransactionPreference p => result with { Transaction = result.Transaction ?? p },
                        HandlingPreference p => result with { Handling = result.Handling ?? p },
                        _ => throw new UnreachableException(),
                    };
                }
                else if (token.StartsWith(TimezonePrefix, StringComparison.Ordinal))
                {
                    result = result with { Timezone = result.Timezone ?? token[TimezonePrefix.Length..].ToString() };
                }
                else if (token.StartsWith(MaxAffectedPrefix, StringComparison.Ordinal))
                {
                    result = hasMaxAffected ? result : result with { MaxAffected = Clamped(IntegerText.Parse(token[MaxAffectedPrefix.Length..])) };
                    hasMaxAffected = true;
                }
                else if (routesReads && token is ReadPrimaryToken)
                {
                    result = result with { ReadPrimary = true };
                }
                else if (routesReads && token.StartsWith(ReadAfterPrefix, StringComparison.Ordinal) && PositionOf(token[ReadAfterPrefix.Length..]) is { } position)
                {
                    result = result with { ReadAfter = result.ReadAfter ?? position };
                }
                else
                {
                    invalid.Add(token.ToString());
                }
            }
        }

        var mayOverride = transactionEnd is TransactionEnd.CommitAllowOverride or TransactionEnd.RollbackAllowOverride;
        return result with { Transaction = mayOverride ? result.Transaction : null, Invalid = invalid.DrainToImmutable() };
    }

    /// <summary>As PostgreSQL writes it: two hexadecimal numbers with a slash. The driver's parser would take blanks, too.</summary>
    static NpgsqlLogSequenceNumber? PositionOf(ReadOnlySpan<char> text) =>
        !text.ContainsAnyExcept(PositionCharacters) && NpgsqlLogSequenceNumber.TryParse(text, out var position) ? position : null;

    static readonly SearchValues<char> PositionCharacters = SearchValues.Create("0123456789abcdefABCDEF/");

    static int? Clamped(BigInteger? rows) => rows is { } n ? (int)BigInteger.Clamp(n, int.MinValue, int.MaxValue) : null;

    /// <summary>The token a client writes, and <c>Preference-Applied</c> repeats. contract/writes.md §10.1.</summary>
    public static string TokenOf(ReturnPreference preference) => preference switch
    {
        ReturnPreference.Minimal => "return=minimal",
        ReturnPreference.HeadersOnly => "return=headers-only",
        ReturnPreference.Representation => "return=representation",
        _ => throw new UnreachableException(),
    };

    /// <inheritdoc cref="TokenOf(ReturnPreference)"/>
    public static string TokenOf(ResolutionPreference preference) => preference switch
    {
        ResolutionPreference.MergeDuplicates => "resolution=merge-duplicates",
        ResolutionPreference.IgnoreDuplicates => "resolution=ignore-duplicates",
        _ => throw new UnreachableException(),
    };

    /// <inheritdoc cref="TokenOf(ReturnPreference)"/>
    public static string TokenOf(MissingPreference preference) => preference switch
    {
        MissingPreference.Null => "missing=null",
        MissingPreference.Default => "missing=default",
        _ => throw new UnreachableException(),
    };

    /// <inheritdoc cref="TokenOf(ReturnPreference)"/>
    public static string TokenOf(CountPreference preference) => preference switch
    {
        CountPreference.Exact => "count=exact",
        CountPreference.Planned => "count=planned",
        CountPreference.Estimated => "count=estimated",
        _ => throw new UnreachableException(),
    };

    /// <inheritdoc cref="TokenOf(ReturnPreference)"/>
    public static string TokenOf(TransactionPreference preference) => preference switch
    {
        TransactionPreference.Commit => "tx=commit",
        TransactionPreference.Rollback => "tx=rollback",
        _ => throw new UnreachableException(),
    };

    /// <inheritdoc cref="TokenOf(ReturnPreference)"/>
    public static string TokenOf(HandlingPreference preference) => preference switch
    {
        HandlingPreference.Lenient => "handling=lenient",
        HandlingPreference.Strict => "handling=strict",
        _ => throw new UnreachableException(),
    };

    /// <summary>As <see cref="TokenOf(ReturnPreference)"/>: the zone is repeated as sent.</summary>
    public static string TimezoneToken(string timezone) => TimezonePrefix + timezone;

    /// <summary>As <see cref="TokenOf(ReturnPreference)"/>.</summary>
    public static string MaxAffectedToken(int rows) => string.Create(CultureInfo.InvariantCulture, $"{MaxAffectedPrefix}{rows}");

    /// <summary>As <see cref="TokenOf(ReturnPreference)"/>.</summary>
    public static string ReadAfterToken(NpgsqlLogSequenceNumber position) => ReadAfterPrefix + position;
}
