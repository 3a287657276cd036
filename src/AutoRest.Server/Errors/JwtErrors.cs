namespace AutoRest.Server.Errors;

/// <summary>Refusals of a token, in contract/auth.md §3–4 and contract/errors.md §4: texts, statuses and challenges are all the reference's.</summary>
public static class JwtErrors
{
    public static ApiError SecretMissing { get; } = new JwtSecretMissing();

    public static ApiError EmptyToken { get; } = new UndecodableToken("Empty JWT is sent in Authorization header");

    public static ApiError CryptoFailed { get; } = new UndecodableToken("JWT cryptographic operation failed");

    public static ApiError Unsecured { get; } =
        new UndecodableToken("Wrong or unsupported encoding algorithm", "JWT is unsecured but expected 'alg' was not 'none'");

    public static ApiError NoSuitableKey { get; } =
        new UndecodableToken("No suitable key or wrong key type", "No suitable key was found to decode the JWT");

    public static ApiError NoKeyVerifies { get; } =
        new UndecodableToken("No suitable key or wrong key type", "None of the keys was able to decode the JWT");

    public static ApiError AnonymousDisabled { get; } = new AnonymousAccessDisabled();

    public static ApiError ClaimsUnreadable { get; } = new RefusedClaims("Parsing claims failed");

    public static ApiError Expired { get; } = new RefusedClaims("JWT expired");

    public static ApiError NotYetValid { get; } = new RefusedClaims("JWT not yet valid");

    public static ApiError IssuedInFuture { get; } = new RefusedClaims("JWT issued at future");

    public static ApiError AudienceMalformed { get; } = new RefusedClaims("The JWT 'aud' claim must be a string or an array of strings");

    public static ApiError NotInAudience { get; } = new RefusedClaims("JWT not in audience");

    public static ApiError IssuerRefused { get; } = new RefusedClaims("JWT issuer not accepted");

    public static ApiError KeysNotFetched { get; } = new KeysNotFetched();

    public static ApiError WrongPartCount(int parts) => new UndecodableToken($"Expected 3 parts in JWT; got {parts}");

    public static ApiError NotANumber(string claim) => new RefusedClaims($"The JWT '{claim}' claim must be a number");

    public static ApiError UnknownRole(string role) => new RefusedRole(role);
}

/// <summary>PGRST300: a token was sent, but there is no key to verify it with.</summary>
public sealed record JwtSecretMissing() : ApiError("PGRST300", 500)
{
    public override string Message => "Server lacks JWT secret";
}

/// <summary>PGRST301: the token cannot be decoded or verified.</summary>
public sealed record UndecodableToken(string Text, string? Found = null) : ApiError("PGRST301", 401)
{
    public override string Message => Text;

    public override string? Details => Found;

    public override string WwwAuthenticate => JwtChallenge.InvalidToken(Text);
}

/// <summary>
/// No key fits the token, and those of <c>ar-jwt-jwks-url</c> or <c>ar-jwt-issuer</c> could not be fetched since the start: the token may well be good,
/// so this is not a 401, for which clients would log their users out.
/// </summary>
public sealed record KeysNotFetched() : ApiError("AR301", 503)
{
    public override string Message => "The keys that verify tokens are not available yet";

    public override string Hint => "Try again in a few seconds.";

    public override IReadOnlyList<KeyValuePair<string, string>> Headers => [new("Retry-After", "5")];
}

/// <summary>PGRST302: no role claim, and no anonymous role.</summary>
public sealed record AnonymousAccessDisabled() : ApiError("PGRST302", 401)
{
    public override string Message => "Anonymous access is disabled";

    public override string WwwAuthenticate => JwtChallenge.Plain;
}

/// <summary>PGRST303: the token is genuine, but its claims do not let it in.</summary>
public sealed record RefusedClaims(string Text) : ApiError("PGRST303", 401)
{
    public override string Message => Text;

    public override string WwwAuthenticate => JwtChallenge.InvalidToken(Text);
}

/// <summary>
/// 22023, as PostgreSQL answers for a role that does not exist. Ours for role names that PostgreSQL would take for something else: <c>none</c>
/// restores the authenticator's own role (contract/auth.md §4.3, security notes).
/// </summary>
public sealed record RefusedRole(string Role) : ApiError("22023", 401)
{
    public override string Message => $"role \"{Role}\" does not exist";

    public override string WwwAuthenticate => JwtChallenge.Plain;
}

static class JwtChallenge
{
    public const string Plain = "Bearer";

    public static string InvalidToken(string text) => $"Bearer error=\"invalid_token\", error_description=\"{text}\"";
}
