using Lorica.ControlPlane.Tests.Support;

namespace Lorica.ControlPlane.Tests.Lifecycle;

/// <summary>The reset button.</summary>
public sealed class ResetTests
{
    [Fact]
    public async Task A_running_guest_is_reset_and_one_that_is_off_is_not()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        Assert.Equal("lorica.powerState", (await center.RefusedAsync("vms/a/reset", "")).Code);

        await center.PowerAsync("a", "on");
        Assert.Equal("succeeded", (await center.DoAsync("vms/a/reset", "")).State);
        Assert.Equal([(await center.VmAsync("a")).Id], center.Host.Resets);
        Assert.Equal("poweredOn", (await center.VmAsync("a")).PowerState);
    }

    [Fact]
    public async Task A_reset_that_a_stop_of_the_center_interrupted_is_not_done_again()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        await center.PowerAsync("a", "on");
        var (asked, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        center.Host.OnReset = () =>
        {
            asked.TrySetResult();
            return answer.Task;
        };
        var begun = await center.BeginAsync("vms/a/reset", "");
        await asked.Task;

        await center.RestartAsync(between: () =>
        {
            answer.SetResult();
            return Task.CompletedTask;
        });

        var task = await center.EndAsync(begun.Id);
        Assert.Equal(("failed", "lorica.resetInterrupted"), (task.State, task.Fault!.Key));
        Assert.Single(center.Host.Resets);
    }
}
