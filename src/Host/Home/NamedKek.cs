using Lorica.Crypto;

namespace Lorica.Host.Home;

/// <summary>A KEK with its name, borrowed for a call.</summary>
internal readonly record struct NamedKek(KeyId Id, KeyBuffer Key);
