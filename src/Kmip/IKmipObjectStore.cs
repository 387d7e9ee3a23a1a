namespace Lorica.Kmip;

/// <summary>
/// Where a server keeps its objects. Every method that changes something returns only when the change survives a loss of power;
/// what fails throws and has changed nothing that a later call can see, and nothing is seen before it survives. Reading calls
/// come at any time, by any thread, and must not wait for changes; changes of different objects overlap, those of one object
/// never.
/// </summary>
public interface IKmipObjectStore
{
    /// <summary>The object, tombstones included, or null.</summary>
    KmipObject? Find(string uniqueIdentifier);

    /// <summary>All objects of one owner, tombstones included, newest first; equal times in a fixed order.</summary>
    IEnumerable<KmipObject> OfOwner(string owner);

    /// <summary>Those of <see cref="OfOwner"/> that carry a Name of this value, without a look at all others.</summary>
    IEnumerable<KmipObject> OfName(string owner, string name);

    /// <summary>Adds an object whose material is made here, at random.</summary>
    /// <param name="created">The object; its identifier is new.</param>
    /// <param name="bytes">Length of the material.</param>
    void Generate(KmipObject created, int bytes);

    /// <summary>Adds an object with material given by the client. The span is valid for the call only.</summary>
    void Register(KmipObject registered, ReadOnlySpan<byte> material);

    /// <summary>Replaces what is known of an object; its material stays.</summary>
    void Update(KmipObject changed);

    /// <summary>Overwrites and removes the material for good and keeps <paramref name="tombstone"/>.</summary>
    void Destroy(KmipObject tombstone);

    /// <summary>Gives the material to <paramref name="sink"/>, once.</summary>
    void Read(string uniqueIdentifier, KeySink sink);
}
