using Lorica.Disks.Locks;

namespace Lorica.Host.Tests.Support;

/// <summary>A right that a test gives and takes.</summary>
internal sealed class TestRight : IWriteRight
{
    public bool IsValid { get; set; } = true;

    public string Reason => "a test took it";
}
