using AutoRest.Server.Configuration;

namespace AutoRest.Server.Requests;

/// <summary>A configured operator with its right operand, which stays the client's text; the left one is a field. contract/beyond.md, entry 18.</summary>
public sealed record OperatorUse(CustomOperator Operator, string Operand);

/// <summary>What the value of an operator is compared with in a filter: <c>lt(0.3)</c>.</summary>
/// <param name="Comparison">One of <c>eq</c>, <c>neq</c>, <c>gt</c>, <c>gte</c>, <c>lt</c>, <c>lte</c>.</param>
/// <param name="Bound">The client's text.</param>
public sealed record Threshold(FilterOperator Comparison, string Bound);
