using Lorica.Disks.Locks;

namespace Lorica.Host.Home;

/// <summary>That of whoever only reads.</summary>
internal sealed class NoRight : IWriteRight
{
    private NoRight()
    {
    }

    public static NoRight Instance { get; } = new();

    public bool IsValid => false;

    public string Reason => "the lock was not taken";
}
