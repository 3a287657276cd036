using System.Collections.Frozen;
using System.Collections.Immutable;
using AutoRest.Introspection;
using AutoRest.Server.Configuration;

namespace AutoRest.Server.Tests.OpenApi;

/// <summary>A part of the fixture's schema <c>tenant</c>, as the catalog would give it, and a relation with awkward names.</summary>
static class SampleSchema
{
    public const long WhoAmI = 1;
    public const long Transfer = 2;
    public const long Tags = 3;
    public const long TakeJson = 4;

    public static AppConfig Config { get; } = new() { DbSchemas = ["tenant"], DbAnonRole = "anon", JwtSecret = new byte[32] };

    public static SchemaCache Cache { get; } = Build();

    static SchemaCache Build()
    {
        var accounts = TableOf(
            "accounts", "Accounts\n\nMoney lives here.\nHandle with care.", RelationKind.Table, ["id"],
            ColumnOf("id", "integer", nullable: false, expression: "nextval('tenant.accounts_id_seq'::regclass)", identity: IdentityKind.ByDefault),
            ColumnOf("parent_id", "integer", comment: "Parent account"),
            ColumnOf("code", "character varying", nullable: false, length: 8, comment: "Public code"),
            ColumnOf("title", "text", expression: "'untitled'::text"),
            ColumnOf("level", "tenant.level", expression: "'low'::tenant.level", labels: ["low", "mid", "high"]),
            ColumnOf("levels", "tenant.level[]"),
            ColumnOf("balance", "numeric", nullable: false, expression: "0"),
            ColumnOf("opened", "timestamp with time zone", expression: "now()"),
            ColumnOf("info", "jsonb", expression: "'{}'::jsonb"),
            ColumnOf("doubled", "numeric", generated: true));
        var entries = TableOf(
            "entries", "Ledger lines", RelationKind.Table, ["id"],
            ColumnOf("id", "integer", nullable: false), ColumnOf("account_id", "integer", nullable: false),
            ColumnOf("tag", "character", length: 3, expression: "'abc'::bpchar"));
        var totals = TableOf("totals", null, RelationKind.MaterializedView, [], ColumnOf("account_id", "integer"), ColumnOf("total", "numeric"));
        var odd = TableOf("Odd Table", null, RelationKind.Table, [], ColumnOf("order", "integer"), ColumnOf("per%cent", "text"), ColumnOf("quo\"te", "text"));
        return new SchemaCache(
            [new ExposedSchema("tenant", "Tenant API\n\nAccounts of the second exposed schema.\nSecond line.")],
            new[] { accounts, entries, totals, odd }.ToFrozenDictionary(static t => t.Name),
            new Dictionary<RelationshipKey, ImmutableArray<Relationship>>
            {
                [new("tenant", accounts.Name)] =
                [
                    Key(accounts, accounts, Cardinality.ManyToOne, "parent_id", "id", references: true),
                    Key(accounts, accounts, Cardinality.OneToMany, "id", "parent_id", references: false),
                    Key(accounts, entries, Cardinality.OneToMany, "id", "account_id", references: false),
                ],
                [new("tenant", entries.Name)] = [Key(entries, accounts, Cardinality.ManyToOne, "account_id", "id", references: true)],
            }.ToFrozenDictionary(),
            new[]
            {
                RoutineOf(WhoAmI, "whoami", "Who am I\nShows the role in use.", Volatility.Stable, Scalar("text")),
                RoutineOf(
                    Transfer, "transfer", null, Volatility.Volatile,
                    new RoutineReturn(false, true, false, false, entries.Name, "tenant.entries"),
                    new("from_id", "integer", "integer", true, false), new("notes", "text[]", "text[]", false, true)),
                RoutineOf(
                    Tags, "tags", null, Volatility.Immutable, Scalar("text") with { IsSet = true },
                    new("list", "text[]", "text[]", true, false), new("doc", "json", "json", true, false),
                    new("lvl", "tenant.level", "tenant.level", false, false)),
                RoutineOf(TakeJson, "take_json", null, Volatility.Immutable, Scalar("json"), new RoutineParameter("", "json", "json", true, false)),
                RoutineOf(TakeJson + 1, "take_json", null, Volatility.Immutable, Scalar("jsonb"), new RoutineParameter("", "jsonb", "jsonb", true, false)),
            }.GroupBy(static r => r.Name).ToFrozenDictionary(static g => g.Key, static g => g.ToImmutableArray()),
            FrozenDictionary<CastKey, QualifiedIdentifier>.Empty,
            [])
        {
            NamedTypes = new Dictionary<string, NamedType> { ["tenant.level"] = new(["low", "mid", "high"], []) }.ToFrozenDictionary(),
        };
    }

    static Table TableOf(string name, string? comment, RelationKind kind, ImmutableArray<string> key, params ImmutableArray<Column> columns)
    {
        var writable = kind == RelationKind.Table;
        return new Table(new QualifiedIdentifier("tenant", name), comment, kind, writable, writable, writable, key, columns, false);
    }

    static Column ColumnOf(
        string name, string type, bool nullable = true, string? expression = null, int? length = null, string? comment = null,
        ImmutableArray<string> labels = default, IdentityKind identity = IdentityKind.None, bool generated = false) =>
        new(name, comment, nullable, type, type, "", length, expression, labels.IsDefault ? [] : labels, identity, generated);

    static Relationship.ForeignKey Key(Table from, Table to, Cardinality cardinality, string origin, string foreign, bool references) =>
        new(from.Name, to.Name, from == to, cardinality, "fkey", [new ColumnPair(origin, foreign)], false, false) { OriginReferences = references };

    static RoutineReturn Scalar(string type) => new(false, false, false, false, new QualifiedIdentifier("pg_catalog", type), type);

    static Routine RoutineOf(
        long id, string name, string? comment, Volatility volatility, RoutineReturn result, params ImmutableArray<RoutineParameter> parameters) =>
        new(new QualifiedIdentifier("tenant", name), comment, parameters, result, volatility, null, []) { Id = id };
}
