using Lorica.Crypto;

namespace Lorica.Disks.Jobs;

/// <summary>Looks in one source, then in another.</summary>
internal sealed class TwoKeks(IKekSource first, IKekSource second) : IKekSource
{
    public KeyBuffer? Find(KeyId id) => first.Find(id) ?? second.Find(id);
}
