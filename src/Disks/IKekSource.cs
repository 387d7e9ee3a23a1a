using Lorica.Crypto;

namespace Lorica.Disks;

/// <summary>Where key encryption keys come from.</summary>
public interface IKekSource
{
    /// <summary>
    /// The key of that name, or null. The buffer is borrowed: valid until the call that asked for it returns to its own caller,
    /// and never disposed by the borrower.
    /// </summary>
    KeyBuffer? Find(KeyId id);
}
