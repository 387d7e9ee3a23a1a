namespace Lorica.Host.Tests.Support;

/// <summary>Published programs; a test that needs one that is not there is skipped and says so.</summary>
internal static class Programs
{
    /// <summary>The published vmx: LORICA_VMX, or out/lorica-vmx of the source tree.</summary>
    public static string Vmx => Find("LORICA_VMX", "lorica-vmx");

    /// <summary>The host program as built: the assembly that this test references.</summary>
    public static string Host => Path.Combine(AppContext.BaseDirectory, "lorica-host");

    private static string Find(string variable, string name)
    {
        string path = Environment.GetEnvironmentVariable(variable) ?? Path.Combine(SourceTree.Out, name);
        if (!File.Exists(path))
            Assert.Skip($"{path} is not there; run make build, or set {variable}.");
        if (!File.Exists("/usr/bin/qemu-system-x86_64"))
            Assert.Skip("QEMU is not there; run scripts/setup.");
        return path;
    }
}
