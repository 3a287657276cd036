namespace AutoRest.Server.Auth;

/// <summary>Who a request runs as.</summary>
/// <param name="Role">The database role.</param>
/// <param name="ClaimsJson">
/// <c>request.jwt.claims</c>: all claims as a JSON object, with <c>role</c> set to <paramref name="Role"/> (contract/auth.md §6.3).
/// </param>
public sealed record AuthResult(string Role, string ClaimsJson);
