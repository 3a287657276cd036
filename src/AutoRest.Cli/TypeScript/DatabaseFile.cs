using System.Text;
using AutoRest.Introspection;
using static AutoRest.Cli.TypeScript.TypeExpressions;

namespace AutoRest.Cli.TypeScript;

/// <summary>Writes the <c>Database</c> type that supabase-js and postgrest-js take.</summary>
sealed class DatabaseFile
{
    const string Nothing = "{ [_ in never]: never }";

    readonly ExposedDatabase _database;
    readonly TypeExpressions _types;
    readonly StringBuilder _text = new();
    int _depth;

    DatabaseFile(ExposedDatabase database)
    {
        _database = database;
        _types = new TypeExpressions(database);
    }

    public static string Write(ExposedDatabase database)
    {
        var file = new DatabaseFile(database);
        file.WriteAll();
        return file._text.ToString();
    }

    void WriteAll()
    {
        Line("// Made by `autorest types`: do not edit, make it again.");
        Line();
        Line("export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]");
        Line();
        Open("export type Database =");
        // The client's types know features by the version of PostgREST, and no version beyond this one.
        Open("__InternalSupabase:");
        Line("PostgrestVersion: \"14.0\"");
        Close();
        foreach (var schema in _database.Schemas)
        {
            WriteSchema(schema);
        }

        Close();
        Line();
        WriteHelpers();
        WriteConstants();
    }

    void WriteSchema(string schema)
    {
        var relations = _database.Relations.Where(r => r.Name.Schema == schema).ToArray();
        Open(Key(schema) + ":");
        Members("Tables", relations.Where(r => !TableOf(r).IsView), WriteRelation);
        Members("Views", relations.Where(r => TableOf(r).IsView), WriteRelation);
        Members("Functions", _database.Functions.Where(f => f.Name.Schema == schema && HasPlace(f)).GroupBy(f => f.Name.Name), WriteFunctions);
        Members("Enums", _database.TypesOf(schema, 'e'), type => Line($"{Key(type.Name.Name)}: {Union(_database.LabelsOf(type))}"));
        Members("CompositeTypes", _database.TypesOf(schema, 'c'), WriteComposite);
        Close();
    }

    void WriteRelation(RelationRow relation)
    {
        var table = TableOf(relation);
        var computed = _database.Functions.Where(f => f.ComputedOf == relation && IsColumn(f)).ToArray();
        Open(Key(relation.Name.Name) + ":");
        Open("Row:");
        foreach (var column in table.Columns)
        {
            Line($"{Key(column.Name)}: {TypeOf(relation, column)}");
        }

        foreach (var function in computed)
        {
            Line($"{Key(function.Name.Name)}: {_types.Of(function.Returns)} | null");
        }

        Close();
        if (!table.IsView || table.Insertable)
        {
            WriteWritable("Insert:", relation, table, static c => c.Nullable || c.Default is not null || c.Identity is not IdentityKind.None);
        }

        if (!table.IsView || table.Updatable)
        {
            WriteWritable("Update:", relation, table, static _ => true);
        }

        if (computed.Length > 0)
        {
            Line($"ComputedFields: {Union(computed.Select(f => f.Name.Name))}");
        }

        WriteRelationships(relation);
        Close();
    }

    void WriteWritable(string name, RelationRow relation, Table table, Func<Column, bool> isOptional)
    {
        Open(name);
        foreach (var column in table.Columns)
        {
            // What the database computes cannot be written.
            Line(column is { IsGenerated: true } or { Identity: IdentityKind.Always }
                ? $"{Key(column.Name)}?: never"
                : $"{Key(column.Name)}{(isOptional(column) ? "?" : "")}: {TypeOf(relation, column)}");
        }

        Close();
    }

    void WriteRelationships(RelationRow relation)
    {
        var references = _database.ReferencesOf(relation).ToArray();
        if (references.Length == 0)
        {
            Line("Relationships: []");
            return;
        }

        Open("Relationships:", '[');
        foreach (var key in references)
        {
            Open("");
            Line($"foreignKeyName: {Text(key.Constraint)}");
            Line($"columns: [{string.Join(", ", key.Columns.Select(c => Text(c.Origin)))}]");
            Line($"isOneToOne: {(key.Cardinality is Cardinality.OneToOne ? "true" : "false")}");
            Line($"referencedRelation: {Text(key.Foreign.Name)}");
            Line($"referencedColumns: [{string.Join(", ", key.Columns.Select(c => Text(c.Foreign)))}]");
            Close("},");
        }

        Close("]");
    }

    void WriteComposite(TypeRow type)
    {
        Open(Key(type.Name.Name) + ":");
        foreach (var attribute in _database.AttributesOf(type))
        {
            Line($"{Key(attribute.Name)}: {_types.Of(attribute.Type)} | null");
        }

        Close();
    }

    void WriteFunctions(IGrouping<string, ExposedFunction> overloads)
    {
        if (overloads.ToArray() is [var only])
        {
            Open(Key(overloads.Key) + ":");
            WriteFunction(only);
            Close();
            return;
        }

        Line(Key(overloads.Key) + ":");
        _depth++;
        foreach (var function in overloads)
        {
            Open("|");
            WriteFunction(function);
            Close();
        }

        _depth--;
    }

    void WriteFunction(ExposedFunction function)
    {
        Line($"Args: {ArgumentsOf(function)}");
        var result = ResultOf(function);
        Line($"Returns: {(function.ReturnsSet ? Array(result) : result)}");
        if (_database.RelationOf(function.Returns) is { } target && function.Outputs.IsEmpty)
        {
            Open("SetofOptions:");
            Line($"from: {Text(function.ComputedOf?.Name.Name ?? "*")}");
            Line($"to: {Text(target.Name.Name)}");
            Line($"isOneToOne: {(function.IsOneRow ? "true" : "false")}");
            Line($"isSetofReturn: {(function.ReturnsSet ? "true" : "false")}");
            Close();
        }
    }

    string ArgumentsOf(ExposedFunction function) => function switch
    {
        { Inputs.IsEmpty: true } => "never",
        // The whole body is the argument: any keys will do.
        { IsCallable: true, Inputs: [{ Name: "" } only] } when _types.Of(only.Type) == "Json" => "Record<string, Json>",
        _ => "{ " + string.Join("; ", function.Inputs.Select(a => $"{Key(a.Name)}{(a.IsRequired ? "" : "?")}: {_types.Of(a.Type)}")) + " }",
    };

    string ResultOf(ExposedFunction function) => function.Outputs.IsEmpty
        ? _types.Of(function.Returns)
        : "{ " + string.Join("; ", function.Outputs.Select((a, i) => $"{Key(a.Name.Length > 0 ? a.Name : $"column{i + 1}")}: {_types.Of(a.Type)}")) + " }";

    void WriteHelpers()
    {
        Line($"""
            type Schemas = Omit<Database, "__InternalSupabase">
            type DefaultSchema = Schemas[{Text(_database.Schemas[0])}]
            type Relations<Schema> = Schema extends {"{"} Tables: infer Tables; Views: infer Views {"}"} ? Tables & Views : never
            type Member<Schema, Kind> = Kind extends keyof Schema ? Schema[Kind] : never
            type Part<Source, Name, Kind> = Name extends keyof Source ? Member<Source[Name], Kind> : never
            type InSchema = {"{"} schema: keyof Schemas {"}"}

            /** A row: `Tables<"name">`, or `Tables<{"{"} schema: "other" {"}"}, "name">`. */
            """);
        WriteHelper("Tables", "Relations<Schema>", "Part<Relations<Schema>, Name, \"Row\">");
        WriteHelper("TablesInsert", "Relations<Schema>", "Part<Relations<Schema>, Name, \"Insert\">");
        WriteHelper("TablesUpdate", "Relations<Schema>", "Part<Relations<Schema>, Name, \"Update\">");
        WriteHelper("Enums", "Member<Schema, \"Enums\">", "Part<Schema, \"Enums\", Name>");
        WriteHelper("CompositeTypes", "Member<Schema, \"CompositeTypes\">", "Part<Schema, \"CompositeTypes\", Name>");
        Line();
    }

    /// <param name="names">The type whose keys are the names, in terms of <c>Schema</c>.</param>
    /// <param name="result">In terms of <c>Schema</c> and <c>Name</c>.</param>
    void WriteHelper(string helper, string names, string result)
    {
        static string With(string text, string schema, string name) =>
            text.Replace("Schema,", schema + ",", StringComparison.Ordinal).Replace("<Schema>", $"<{schema}>", StringComparison.Ordinal).Replace("Name", name, StringComparison.Ordinal);

        Line($"export type {helper}<");
        Line($"  NameOrSchema extends keyof {With(names, "DefaultSchema", "")} | InSchema,");
        Line($"  Name extends NameOrSchema extends InSchema ? keyof {With(names, "Schemas[NameOrSchema[\"schema\"]]", "Name")} : never = never,");
        Line($"> = NameOrSchema extends InSchema ? {With(result, "Schemas[NameOrSchema[\"schema\"]]", "Name")} : {With(result, "DefaultSchema", "NameOrSchema")}");
    }

    void WriteConstants()
    {
        Open("export const Constants =");
        foreach (var schema in _database.Schemas)
        {
            Open(Key(schema) + ":");
            Open("Enums:");
            foreach (var type in _database.TypesOf(schema, 'e'))
            {
                Line($"{Key(type.Name.Name)}: [{string.Join(", ", _database.LabelsOf(type).Select(Text))}],");
            }

            Close("},");
            Close("},");
        }

        Close("} as const");
    }

    Table TableOf(RelationRow relation) => _database.Cache.Tables[relation.Name];

    string TypeOf(RelationRow relation, Column column) => _types.Of(_database.TypeOf(relation, column.Name)) + (column.Nullable ? " | null" : "");

    /// <summary>A column: one value that is no row of a relation, which would be a relationship.</summary>
    bool IsColumn(ExposedFunction function) => function is { ReturnsSet: false, Outputs.IsEmpty: true } && _database.RelationOf(function.Returns) is null;

    // Computed columns have theirs in the row; those that can be called have one here too.
    bool HasPlace(ExposedFunction function) => function.IsCallable || (function.ComputedOf is not null && _database.RelationOf(function.Returns) is not null);

    void Members<T>(string name, IEnumerable<T> items, Action<T> write)
    {
        var list = items.ToArray();
        if (list.Length == 0)
        {
            Line($"{name}: {Nothing}");
            return;
        }

        Open(name + ":");
        foreach (var item in list)
        {
            write(item);
        }

        Close();
    }

    void Open(string start, char bracket = '{')
    {
        Line(start.Length == 0 ? $"{bracket}" : $"{start} {bracket}");
        _depth++;
    }

    void Close(string end = "}")
    {
        _depth--;
        Line(end);
    }

    void Line(string line = "")
    {
        foreach (var part in line.Split('\n'))
        {
            // The same bytes on every system.
            _text.Append(' ', part.Length == 0 ? 0 : _depth * 2).Append(part.TrimEnd('\r')).Append('\n');
        }
    }
}
