using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using AutoRest.Server.Errors;

namespace AutoRest.Server.Requests;

/// <summary>Checks a JSON body and reads its keys, in one pass and without building anything. contract/writes.md §1.1.</summary>
static class JsonBody
{
    /// <summary>
    /// PostgreSQL refuses deeper documents itself at about this depth (its parser recurses; 2 MB <c>max_stack_depth</c>), so nothing that could be
    /// stored is refused here, and an endless run of brackets is refused without asking the database. Our reader does not recurse.
    /// </summary>
    public const int MaxDepth = 6_400;

    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = MaxDepth, CommentHandling = JsonCommentHandling.Disallow };

    public readonly record struct Inspected(bool IsScalar, PayloadKind Kind, ImmutableArray<string> Keys);

    /// <exception cref="ApiException"><see cref="InvalidBody.Json"/>, <see cref="InvalidBody.KeysDiffer"/> (PGRST102); bad JSON wins.</exception>
    public static Inspected Inspect(ReadOnlySpan<byte> body)
    {
        try
        {
            // The reader checks neither: it looks into strings only when they are taken.
            if (!Utf8.IsValid(body))
            {
                throw new ApiException(InvalidBody.Json);
            }

            var reader = new Utf8JsonReader(body, ReaderOptions);
            var escapes = body.IndexOf("\\ud"u8) >= 0 || body.IndexOf("\\uD"u8) >= 0;
            return Read(ref reader, escapes);
        }
        catch (JsonException)
        {
            throw new ApiException(InvalidBody.Json);
        }
    }

    static Inspected Read(ref Utf8JsonReader reader, bool mayHoldSurrogates)
    {
        Next(ref reader, mayHoldSurrogates);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var keys = new KeySet();
                keys.ReadFirst(ref reader, mayHoldSurrogates);
                ReadToEnd(ref reader, mayHoldSurrogates);
                return new Inspected(false, PayloadKind.JsonObject, keys.Sorted);

            case JsonTokenType.StartArray:
                return ReadArray(ref reader, mayHoldSurrogates);

            default:
                ReadToEnd(ref reader, mayHoldSurrogates);
                return new Inspected(true, PayloadKind.JsonArray, []);
        }
    }

    static Inspected ReadArray(ref Utf8JsonReader reader, bool mayHoldSurrogates)
    {
        Next(ref reader, mayHoldSurrogates);
        if (reader.TokenType == JsonTokenType.EndArray)
        {
            ReadToEnd(ref reader, mayHoldSurrogates);
            return new Inspected(false, PayloadKind.JsonArray, []);
        }

        var keys = new KeySet();
        var match = reader.TokenType == JsonTokenType.StartObject;
        if (match)
        {
            keys.ReadFirst(ref reader, mayHoldSurrogates);
            while (match && Next(ref reader, mayHoldSurrogates) && reader.TokenType != JsonTokenType.EndArray)
            {
                match = reader.TokenType == JsonTokenType.StartObject && keys.ReadEqual(ref reader, mayHoldSurrogates);
            }
        }

        // What follows may still be bad JSON, which is the graver refusal.
        ReadToEnd(ref reader, mayHoldSurrogates);
        return match
            ? new Inspected(false, PayloadKind.JsonArray, keys.Sorted)
            : throw new ApiException(InvalidBody.KeysDiffer);
    }

    static void ReadToEnd(ref Utf8JsonReader reader, bool mayHoldSurrogates)
    {
        while (Next(ref reader, mayHoldSurrogates))
        {
        }
    }

    static bool Next(ref Utf8JsonReader reader, bool mayHoldSurrogates)
    {
        if (!reader.Read())
        {
            return false;
        }

        if (mayHoldSurrogates && reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
        {
            CheckSurrogates(reader.ValueSpan);
        }

        return true;
    }

    static void SkipValue(ref Utf8JsonReader reader, bool mayHoldSurrogates)
    {
        Next(ref reader, mayHoldSurrogates);
        if (!mayHoldSurrogates)
        {
            reader.Skip();
            return;
        }

        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            var depth = reader.CurrentDepth;
            while (Next(ref reader, mayHoldSurrogates) && reader.CurrentDepth > depth)
            {
            }
        }
    }

    /// <summary>Every escaped surrogate must have its other half right behind it.</summary>
    static void CheckSurrogates(ReadOnlySpan<byte> text)
    {
        var expectsLow = false;
        for (var i = 0; i < text.Length; i++)
        {
            var isLow = false;
            if (text[i] == (byte)'\\')
            {
                i++;
                if (text[i] == (byte)'u')
                {
                    var unit = Hex(text.Slice(i + 1, 4));
                    i += 4;
                    isLow = unit is >= 0xDC00 and <= 0xDFFF;
                    if (isLow != expectsLow)
                    {
                        throw new ApiException(InvalidBody.Json);
                    }

                    expectsLow = unit is >= 0xD800 and <= 0xDBFF;
                    continue;
                }
            }

            if (expectsLow)
            {
                throw new ApiException(InvalidBody.Json);
            }
        }

        if (expectsLow)
        {
            throw new ApiException(InvalidBody.Json);
        }
    }

    static int Hex(ReadOnlySpan<byte> digits)
    {
        var value = 0;
        foreach (var digit in digits)
        {
            value = (value << 4) | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }

        return value;
    }

    /// <summary>
    /// The keys of the first object, against which the others are compared. Rows usually repeat them byte by byte and in order; only where one does
    /// not are its keys looked up, without a string for any.
    /// </summary>
    sealed class KeySet
    {
        readonly List<(byte[] Raw, int Index)> _inOrder = [];
        readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);
        int[] _seenInRow = [];
        int _row;

        public ImmutableArray<string> Sorted => CodePoints.SortedSet(_index.Keys);

        public void ReadFirst(ref Utf8JsonReader reader, bool mayHoldSurrogates)
        {
            while (Next(ref reader, mayHoldSurrogates) && reader.TokenType == JsonTokenType.PropertyName)
            {
                var key = reader.GetString()!;
                _index.TryAdd(key, _index.Count);
                _inOrder.Add((reader.ValueSpan.ToArray(), _index[key]));
                SkipValue(ref reader, mayHoldSurrogates);
            }
        }

        public bool ReadEqual(ref Utf8JsonReader reader, bool mayHoldSurrogates)
        {
            var next = 0;
            while (Next(ref reader, mayHoldSurrogates) && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (next >= _inOrder.Count || !reader.ValueSpan.SequenceEqual(_inOrder[next].Raw))
                {
                    return ReadSame(ref reader, mayHoldSurrogates, next);
                }

                next++;
                SkipValue(ref reader, mayHoldSurrogates);
            }

            return next == _inOrder.Count;
        }

        /// <summary>As a set, from the key the reader stands on; the first <paramref name="matched"/> keys came in order.</summary>
        bool ReadSame(ref Utf8JsonReader reader, bool mayHoldSurrogates, int matched)
        {
            if (_seenInRow.Length < _index.Count)
            {
                _seenInRow = new int[_index.Count];
            }

            _row++;
            var distinct = 0;
            for (var i = 0; i < matched; i++)
            {
                distinct += Mark(_inOrder[i].Index);
            }

            var lookup = _index.GetAlternateLookup<ReadOnlySpan<char>>();
            var buffer = ArrayPool<char>.Shared.Rent(256);
            try
            {
                do
                {
                    if (buffer.Length < reader.ValueSpan.Length)
                    {
                        ArrayPool<char>.Shared.Return(buffer);
                        buffer = ArrayPool<char>.Shared.Rent(reader.ValueSpan.Length);
                    }

                    var length = reader.CopyString(buffer);
                    if (!lookup.TryGetValue(buffer.AsSpan(0, length), out var index))
                    {
                        return false;
                    }

                    distinct += Mark(index);
                    SkipValue(ref reader, mayHoldSurrogates);
                }
                while (Next(ref reader, mayHoldSurrogates) && reader.TokenType == JsonTokenType.PropertyName);
            }
            finally
            {
                ArrayPool<char>.Shared.Return(buffer);
            }

            return distinct == _index.Count;
        }

        int Mark(int index)
        {
            if (_seenInRow[index] == _row)
            {
                return 0;
            }

            _seenInRow[index] = _row;
            return 1;
        }
    }
}
