using System.Diagnostics;

namespace Lorica.Host.Tests.Support;

/// <summary>Published programs and the guest image; a test that needs one that is not there is skipped and says so.</summary>
internal static class Programs
{
    private static readonly Lazy<string?> Guest = new(MakeGuest);

    /// <summary>The published vmx: LORICA_VMX, or out/lorica-vmx of the source tree.</summary>
    public static string Vmx => Find("LORICA_VMX", "lorica-vmx");

    /// <summary>The host program as built: the assembly that this test references.</summary>
    public static string Host => Path.Combine(AppContext.BaseDirectory, "lorica-host");

    /// <summary>A bootable disk image, made once per run.</summary>
    public static string GuestImage
    {
        get
        {
            if (Guest.Value is null)
                Assert.Skip("The guest image cannot be made here; run scripts/setup.");
            return Guest.Value;
        }
    }

    private static string Root
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Lorica.slnx")))
                    return folder.FullName;
            }

            return "";
        }
    }

    private static string Find(string variable, string name)
    {
        string path = Environment.GetEnvironmentVariable(variable) ?? Path.Combine(Root, "out", name);
        if (!File.Exists(path))
            Assert.Skip($"{path} is not there; run make build, or set {variable}.");
        if (!File.Exists("/usr/bin/qemu-system-x86_64"))
            Assert.Skip("QEMU is not there; run scripts/setup.");
        return path;
    }

    private static string? MakeGuest()
    {
        string image = Path.Combine(Path.GetTempPath(), $"lorica-host-guest-{Environment.ProcessId}.img");
        using var process = Process.Start(
            new ProcessStartInfo(Path.Combine(Root, "scripts", "make-guest"), [image]) { RedirectStandardError = true });
        process!.WaitForExit();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(image);
        return process.ExitCode == 0 ? image : null;
    }
}
