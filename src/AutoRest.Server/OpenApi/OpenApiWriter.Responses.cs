namespace AutoRest.Server.OpenApi;

/// <summary>Refusals and headers all operations share.</summary>
sealed partial class OpenApiWriter
{
    /// <summary>Status, component, meaning, and a true example of its body.</summary>
    static readonly (string Status, string Component, string Meaning, string Code, string Message, string? Details, string? Hint)[] Refusals =
    [
        ("300", "MultipleChoices", "An embedded name, or the arguments of a call, fit more than one relationship or function; `details` or `hint` lists them.",
            "PGRST203", "Could not choose the best candidate function between: api.add(a => integer), api.add(a => text)", null,
            "Try renaming the parameters or the function itself in the database so function overloading can be resolved"),
        ("400", "BadRequest", "The query string, a header or the body cannot be understood, or PostgreSQL refuses a value.", "PGRST100",
            "\"failed to parse filter (1)\" (line 1, column 1)", "unexpected \"1\" expecting \"not\" or operator (eq, gt, ...)", null),
        ("401", "Unauthorized", "The token is missing, invalid or expired, or requests without one may not do this.", "PGRST303", "JWT expired", null, null),
        ("403", "Forbidden", "The token's role may not do this.", "42501", "permission denied for table todos", null, null),
        ("404", "NotFound", "There is no such relation or function.", "PGRST205", "Could not find the table 'api.todo' in the schema cache", null,
            "Perhaps you meant the table 'api.todos'"),
        ("406", "NotAcceptable", "None of the media types in Accept can be produced, or a single object was wanted and there is not exactly one row.",
            "PGRST116", "Cannot coerce the result to a single JSON object", "The result contains 0 rows", null),
        ("409", "Conflict", "A unique or foreign key constraint is violated.", "23505", "duplicate key value violates unique constraint \"todos_pkey\"",
            "Key (id)=(1) already exists.", null),
        ("416", "RangeNotSatisfiable", "The range is malformed or begins after the last row.", "PGRST103", "Requested range not satisfiable",
            "An offset of 100 was requested, but there are only 5 rows.", null),
    ];

    readonly Dictionary<string, string> _rowResponses = new(StringComparer.Ordinal);

    void WriteResponses()
    {
        _json.WriteStartObject("responses");
        WriteRowResponses();
        foreach (var (_, component, meaning, code, message, details, hint) in Refusals)
        {
            _json.WriteStartObject(component);
            _json.WriteString("description", meaning);
            _json.WriteStartObject("content");
            _json.WriteStartObject("application/json");
            WriteReference("schema", "schemas/Error");
            _json.WriteStartObject("example");
            _json.WriteString("code", code);
            _json.WriteString("message", message);
            _json.WriteString("details", details);
            _json.WriteString("hint", hint);
            _json.WriteEndObject();
            _json.WriteEndObject();
            _json.WriteEndObject();
            _json.WriteEndObject();
        }

        _json.WriteEndObject();
    }

    void WriteHeaders()
    {
        _json.WriteStartObject("headers");
        WriteHeader("contentRange", "First and last row of the page, and the number of all rows where a count was preferred: `0-9/100`, `*/*`.");
        WriteHeader("location", "Query of the inserted row by its primary key, with `Prefer: return=headers-only`.");
        WriteHeader("preferenceApplied", "The preferences that were obeyed.");
        _json.WriteEndObject();
    }

    void WriteHeader(string name, string description)
    {
        _json.WriteStartObject(name);
        _json.WriteString("description", description);
        _json.WriteStartObject("schema");
        _json.WriteString("type", "string");
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    void WriteRefusals(params ReadOnlySpan<string> statuses)
    {
        foreach (var (status, component, _, _, _, _, _) in Refusals)
        {
            if (statuses.Contains(status))
            {
                WriteReference(status, "responses/" + component);
            }
        }
    }

    /// <summary>An answer without a body.</summary>
    void WriteEmpty(string status, string description)
    {
        _json.WriteStartObject(status);
        _json.WriteString("description", description);
        WriteResponseHeaders(hasLocation: status == "201");
        _json.WriteEndObject();
    }

    /// <summary>Rows of a relation in all forms they are produced in: described once, and said what they are here.</summary>
    void WriteRowsResponse(string status, string description, string schema)
    {
        var component = (status == "201" ? "inserted." : "rows.") + schema;
        _rowResponses.TryAdd(component, schema);
        _json.WriteStartObject(status);
        _json.WriteString("$ref", "#/components/responses/" + component);
        _json.WriteString("description", description);
        _json.WriteEndObject();
    }

    void WriteRowResponses()
    {
        foreach (var (component, schema) in _rowResponses)
        {
            var isInsert = component.StartsWith("inserted.", StringComparison.Ordinal);
            _json.WriteStartObject(component);
            _json.WriteString("description", isInsert ? "The inserted rows." : "Rows.");
            WriteResponseHeaders(isInsert);
            WriteRowsContent(schema);
            _json.WriteEndObject();
        }
    }

    void WriteResponseHeaders(bool hasLocation)
    {
        _json.WriteStartObject("headers");
        WriteReference("Content-Range", "headers/contentRange");
        WriteReference("Preference-Applied", "headers/preferenceApplied");
        if (hasLocation)
        {
            WriteReference("Location", "headers/location");
        }

        _json.WriteEndObject();
    }

    void WriteRowsContent(string schema)
    {
        _json.WriteStartObject("content");
        _json.WriteStartObject("application/json");
        _json.WriteStartObject("schema");
        WriteRows(schema);
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.WriteStartObject("application/vnd.pgrst.object+json");
        WriteReference("schema", "schemas/" + schema);
        _json.WriteEndObject();
        _json.WriteStartObject("text/csv");
        _json.WriteStartObject("schema");
        _json.WriteString("type", "string");
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.WriteEndObject();
    }
}
