using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using AutoRest.Server.Configuration;
using AutoRest.Server.Planning;

namespace AutoRest.Server.OpenApi;

/// <summary>A finished document.</summary>
/// <param name="Tag">Entity tag; weak, since the answer may be compressed.</param>
public sealed record Document(byte[] Bytes, string Tag);

/// <summary>
/// Documents by what they depend on: the snapshot, the schema, and what the caller may see, which was asked of the database in the very request.
/// So a document never outlives a privilege, and roles that see the same share one.
/// </summary>
public sealed class DocumentCache
{
    /// <summary>Bytes of documents that are kept: that of a thousand tables has nine million.</summary>
    const long Limit = 64 * 1024 * 1024;

    readonly Lock _replacing = new();
    Documents? _current;

    /// <param name="privileges">The lines <c>PrivilegeSql</c> gave.</param>
    public Document Get(Snapshot snapshot, DocumentVersion version, string schema, ReadOnlySpan<byte> privileges)
    {
        var documents = DocumentsOf(snapshot);
        var key = new Key(version, schema, Convert.ToHexString(SHA256.HashData(privileges)));
        if (documents.ByKey.TryGetValue(key, out var known))
        {
            return known;
        }

        var made = Make(snapshot, version, schema, privileges);
        documents.Add(key, made);
        return made;
    }

    static Document Make(Snapshot snapshot, DocumentVersion version, string schema, ReadOnlySpan<byte> privileges)
    {
        var config = snapshot.Config;
        var visible = config.OpenApiMode == OpenApiMode.IgnorePrivileges ? null : VisibleObjects.Parse(privileges);
        var model = ApiModelBuilder.Build(snapshot.Schema!, config, schema, visible);
        var output = new ArrayBufferWriter<byte>(64 * 1024);
        if (version == DocumentVersion.Swagger2)
        {
            SwaggerWriter.Write(output, model);
        }
        else
        {
            OpenApiWriter.Write(output, model);
        }

        var bytes = output.WrittenSpan.ToArray();
        return new Document(bytes, $"W/\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 16))}\"");
    }

    /// <summary>A new snapshot forgets the documents of the old one.</summary>
    Documents DocumentsOf(Snapshot snapshot)
    {
        lock (_replacing)
        {
            if (!ReferenceEquals(_current?.Snapshot, snapshot))
            {
                _current = new Documents(snapshot);
            }

            return _current;
        }
    }

    readonly record struct Key(DocumentVersion Version, string Schema, string Privileges);

    sealed class Documents(Snapshot snapshot)
    {
        public Snapshot Snapshot { get; } = snapshot;

        long _size;

        public ConcurrentDictionary<Key, Document> ByKey { get; } = new();

        public void Add(Key key, Document document)
        {
            if (Interlocked.Add(ref _size, document.Bytes.Length) > Limit)
            {
                ByKey.Clear();
                Interlocked.Exchange(ref _size, document.Bytes.Length);
            }

            ByKey[key] = document;
        }
    }
}
