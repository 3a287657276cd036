using System.Globalization;
using System.Numerics;

namespace AutoRest.Server.Requests;

/// <summary>
/// Integers as the reference reads them: blanks around, a minus but no plus, hexadecimal and octal, parentheses. contract/requests.md §9.1.
/// </summary>
static class IntegerText
{
    // Far more than PostgreSQL's 64 bits, and few enough that reading them costs nothing.
    const int MostDigits = 1000;

    /// <returns>Null when it is no integer.</returns>
    public static BigInteger? Parse(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        while (text.Length > 2 && text[0] == '(' && text[^1] == ')')
        {
            text = text[1..^1].Trim();
        }

        var negative = text.StartsWith('-');
        var digits = negative ? text[1..].Trim() : text;
        if (digits.IsEmpty || digits.Length > MostDigits)
        {
            return null;
        }

        return Unsigned(digits) is { } value ? negative ? -value : value : null;
    }

    static BigInteger? Unsigned(ReadOnlySpan<char> digits)
    {
        if (!digits.ContainsAnyExceptInRange('0', '9'))
        {
            return BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        }

        if (digits.Length < 3 || digits[0] != '0')
        {
            return null;
        }

        var (radix, value) = (digits[1] is 'x' or 'X' ? 16 : digits[1] is 'o' or 'O' ? 8 : 0, BigInteger.Zero);
        foreach (var c in digits[2..])
        {
            var digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : radix;
            if (digit >= radix)
            {
                return null;
            }

            value = (value * radix) + digit;
        }

        return value;
    }
}
