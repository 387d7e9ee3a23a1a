namespace Lorica.Contracts.Vmx;

/// <summary>Names in a VM's run folder that host and vmx both use.</summary>
public static class VmxFiles
{
    /// <summary>Made by a vmx whose disk failed to make acknowledged writes durable, before anybody is told.</summary>
    public const string FlushFailed = "flush-failed";
}
