namespace Lorica.Crypto;

/// <summary>
/// Finds the file key (32 bytes) of a sealed stream from its header and key section, neither of which is verified yet. Refuses by
/// throwing, for instance when owner or stream are not the expected ones. The reader takes ownership of the returned key.
/// </summary>
/// <param name="header">The fixed header.</param>
/// <param name="keySection">The key section: a bundle's locator or another wrap of the file key.</param>
public delegate KeyBuffer SealedStreamKeyLookup(SealedStreamHeader header, ReadOnlyMemory<byte> keySection);
