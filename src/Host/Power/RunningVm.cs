using Lorica.Crypto;

namespace Lorica.Host.Power;

internal sealed class RunningVm
{
    public IReadOnlySet<KeyId> Keys { get; } = new HashSet<KeyId>();
}
