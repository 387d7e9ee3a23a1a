using Lorica.Crypto;
using Lorica.Disks;

namespace Lorica.Host.Tests.Support;

internal sealed class OneKek(params TestKek[] keks) : IKekSource
{
    public KeyBuffer? Find(KeyId id) => keks.FirstOrDefault(k => k.Id == id)?.Key;
}
