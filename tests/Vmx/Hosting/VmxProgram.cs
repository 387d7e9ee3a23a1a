namespace Lorica.Vmx.Tests.Hosting;

/// <summary>
/// Finds the programs that the tests run: the published one when it is there, else what was built beside the tests.
/// </summary>
public static class VmxProgram
{
    public const string Qemu = "/usr/bin/qemu-system-x86_64";

    public static string Path { get; } = Find();

    public static void SkipWithoutQemu()
    {
        if (!File.Exists(Qemu))
            Assert.Skip($"{Qemu} is not installed.");
        if (!Environment.IsPrivilegedProcess)
            Assert.Skip("The host's part needs root.");
    }

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("LORICA_VMX") is { Length: > 0 } named)
            return named;
        string published = System.IO.Path.Combine(SourceTree.Out, "lorica-vmx");
        return File.Exists(published) ? published : System.IO.Path.Combine(AppContext.BaseDirectory, "lorica-vmx");
    }
}
