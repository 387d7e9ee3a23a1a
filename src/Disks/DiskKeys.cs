using Lorica.Crypto;

namespace Lorica.Disks;

/// <summary>What a disk that is encrypted from the start needs. The KEK is borrowed for the call.</summary>
/// <param name="KekId">Name of the KEK.</param>
/// <param name="Kek">The KEK, 32 bytes.</param>
/// <param name="ObjectId">The disk's object id if the caller has already recorded one; else a new one is made.</param>
/// <param name="KnownGeneration"> Highest generation that a record knows of this object, where the id had a bundle before: the
/// new one starts above it, so that an old descriptor stays recognisably old.
/// </param>
public sealed record DiskKeys(KeyId KekId, KeyBuffer Kek, Guid? ObjectId = null, long KnownGeneration = 0);
