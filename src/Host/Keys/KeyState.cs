using Lorica.Crypto;

namespace Lorica.Host.Keys;

/// <summary>What may be said of a held key.</summary>
internal sealed record KeyState(KeyId Id, string Kcv, bool Pinned);
