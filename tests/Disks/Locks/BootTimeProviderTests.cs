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
        var inside = await Tool.RunAsync("unshare",
        [
            "--time", "--boottime", Slept.ToString(CultureInfo.InvariantCulture), "--fork", "--", Environment.ProcessPath!,
            "-noColor", "-noLogo", "-method",
            $"{typeof(BootTimeProviderTests).FullName}.{nameof(It_counts_the_time_that_the_machine_slept)}",
        ], environment: new Dictionary<string, string>(StringComparer.Ordinal) { [Inside] = "1" });
        Assert.True(inside.ExitCode == 0, inside.Output + inside.Error);
        Assert.Contains("Total: 1", inside.Output, StringComparison.Ordinal);
    }

    private static TimeSpan Now() => BootTimeProvider.Instance.GetElapsedTime(0);

    private static TimeSpan Uptime() =>
        TimeSpan.FromSeconds(double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture));
}
