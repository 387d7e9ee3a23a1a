using System.Diagnostics;

namespace Lorica.Vmx.Tests.Hosting;

/// <summary>The bootable guest of scripts/make-guest, made once per run; each test takes a copy.</summary>
public static class GuestImage
{
    private static readonly Task<string?> Made = Task.Run(MakeAsync);

    /// <summary>A plain copy in the test's folder.</summary>
    public static async Task<string> CopyToAsync(string folder)
    {
        string? made = await Made;
        if (made is null)
            Assert.Skip("scripts/make-guest does not work here (scripts/setup brings what it needs).");
        string copy = Path.Combine(folder, "guest.img");
        File.Copy(made, copy);
        return copy;
    }

    private static async Task<string?> MakeAsync()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("lorica-vmx-guest-").FullName, "guest.img");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Path.GetDirectoryName(file)!, true);
        var start = new ProcessStartInfo(Path.Combine(VmxProgram.Repository, "scripts/make-guest"), [file])
        {
            RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        await Task.WhenAll(process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync(),
            process.WaitForExitAsync());
        return process.ExitCode == 0 ? file : null;
    }
}
