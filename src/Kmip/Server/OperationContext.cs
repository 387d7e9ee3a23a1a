using Lorica.Kmip.Ttlv;

namespace Lorica.Kmip.Server;

/// <summary>
/// What one request carries from item to item. The ID placeholder lives no longer than this (KMIP 1.1, section 4).
/// </summary>
internal sealed class OperationContext(
    KmipServerOptions options, IKmipObjectStore store, NameRules names, KmipClientIdentity client, KmipVersion version)
{
    public NameRules Names { get; } = names;

    /// <summary>Names that the current item holds (<see cref="NameRules"/>).</summary>
    public List<string> HeldNames { get; } = [];

    public KmipServerOptions Options { get; } = options;

    public IKmipObjectStore Store { get; } = store;

    public KmipClientIdentity Client { get; } = client;

    public KmipVersion Version { get; } = version;

    /// <summary>Identifier that the last Create, Register or Locate of this request gave.</summary>
    public string? Placeholder { get; set; }

    /// <summary>The object of the current item, for the audit.</summary>
    public string Subject { get; set; } = "";

    /// <summary>Seconds since 1970.</summary>
    public long Now => Options.TimeProvider.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>
    /// The object that a payload names, or the placeholder when it names none. A foreign object and one that does not exist give
    /// the same answer, after the same look-up.
    /// </summary>
    public KmipObject Need(TtlvItem payload)
    {
        var field = payload.Find(Tags.UniqueIdentifier);
        string? identifier = field.IsPresent ? field.Text() : Placeholder;
        Subject = identifier ?? "";
        return identifier is not null && Store.Find(identifier) is { } found && found.Owner == Client.Owner
            ? found
            : throw new KmipException(KmipResultReason.ItemNotFound, "no such object");
    }

    /// <summary>An identifier that no object had, has or will have.</summary>
    public string NewIdentifier()
    {
        while (true)
        {
            string identifier = Guid.NewGuid().ToString();
            if (Store.Find(identifier) is null)
            {
                return identifier;
            }
        }
    }
}
