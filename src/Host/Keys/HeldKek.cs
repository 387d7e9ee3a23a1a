using Lorica.Crypto;

namespace Lorica.Host.Keys;

/// <summary>
/// A KEK of the cache. Counts are guarded by the cache's lock: <see cref="Pins"/> are VMs and jobs that would fail without it,
/// <see cref="Uses"/> are all who hold a borrowed buffer. The buffer is disposed when the key is dropped and nobody uses it.
/// </summary>
internal sealed class HeldKek(KeyId id, KeyBuffer key, string kcv)
{
    public KeyId Id { get; } = id;

    public KeyBuffer Key { get; } = key;

    public string Kcv { get; } = kcv;

    public int Pins { get; set; }

    public int Uses { get; set; }

    public bool Dropped { get; set; }
}
