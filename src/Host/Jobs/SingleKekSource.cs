using Lorica.Crypto;
using Lorica.Disks;
using Lorica.Host.Home;

namespace Lorica.Host.Jobs;

/// <summary>A source that knows one key: what opens with it opens without any other.</summary>
internal sealed class SingleKekSource(NamedKek kek) : IKekSource
{
    public KeyBuffer? Find(KeyId id) => id == kek.Id ? kek.Key : null;
}
