using System.Runtime.CompilerServices;
using Lorica.ControlPlane.Tests.Support;

namespace Lorica.ControlPlane.Tests.Rest;

public sealed class StoppedCenterTests
{
    /// <summary>A timer that still fires (of a limiter that nobody disposed) would hold the whole center.</summary>
    [Fact]
    public async Task A_center_that_has_stopped_leaves_memory()
    {
        var services = await StartAndStopAsync();
        await Wait.UntilAsync(
            () =>
            {
                GC.Collect();
                return !services.IsAlive;
            },
            "the stopped center is collected");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> StartAndStopAsync()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        (await center.Http.GetAsync("/api/v1/policies")).EnsureSuccessStatusCode();
        return new WeakReference(center.Services);
    }
}
