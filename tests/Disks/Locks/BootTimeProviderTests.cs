using System.Diagnostics;
using System.Globalization;
using Lorica.Disks.Locks;

namespace Lorica.Disks.Tests.Locks;

/// <summary>
/// Which of the kernel's clocks it is. On a machine that has never slept they agree, so the second test runs in a time namespace
/// (<c>unshare --time</c>), where the kernel sets them apart as a suspend does.
/// </summary>
public sealed class BootTimeProviderTests
{
    private const string Inside = "LORICA_TEST_SLEPT";
    private const int Slept = 100_000;

    [Fact]
    public void Its_time_is_the_kernels_uptime()
    {
        // /proc/uptime is cut to hundredths.
        var before = Uptime() - TimeSpan.FromMilliseconds(10);
        var now = Now();
        var after = Uptime() + TimeSpan.FromMilliseconds(10);
        Assert.InRange(now, before, after);
    }

    [Fact]
    public async Task It_counts_the_time_that_the_machine_slept()
    {
        if (Environment.GetEnvironmentVariable(Inside) == "1")
        {
            Assert.True(Now() - Stopwatch.GetElapsedTime(0) > TimeSpan.FromSeconds(Slept - 1));
            return;
        }

        if (Environment.UserName != "root")
            Assert.Skip("Only root makes a time namespace.");
        var start = new ProcessStartInfo("unshare",
        [
            "--time", "--boottime", Slept.ToString(CultureInfo.InvariantCulture), "--fork", "--", Environment.ProcessPath!,
            "-noColor", "-noLogo", "-method",
            $"{typeof(BootTimeProviderTests).FullName}.{nameof(It_counts_the_time_that_the_machine_slept)}",
        ])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, Environment = { [Inside] = "1" },
        };
        using var inside = Process.Start(start)!;
        var errors = inside.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await inside.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await inside.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(inside.ExitCode == 0, output + await errors);
        Assert.Contains("Total: 1", output, StringComparison.Ordinal);
    }

    private static TimeSpan Now() => BootTimeProvider.Instance.GetElapsedTime(0);

    private static TimeSpan Uptime() =>
        TimeSpan.FromSeconds(double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture));
}
