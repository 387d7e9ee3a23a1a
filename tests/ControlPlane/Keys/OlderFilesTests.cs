using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tests.Support;

namespace Lorica.ControlPlane.Tests.Keys;

/// <summary>Files from before, under the very key that is recorded: only the generation tells them.</summary>
public sealed class OlderFilesTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_of_a_lower_generation_under_its_own_key_is_older_than_known_and_no_key_moves(bool home)
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a");
        Assert.Equal("succeeded", (await center.SetPolicyAsync("a", TestCenter.EncryptionPolicy)).State);
        var vm = center.Host.Vms.Values.Single();
        var known = (await center.RecordsAsync()).ToDictionary(r => r.ObjectId, r => r.Generation);
        Assert.Equal((vm.Generation, vm.Disks[0].Generation), (known[vm.VmId], known[vm.Disks[0].ObjectId]));
        Assert.True(vm.Generation > 1 && vm.Disks[0].Generation > 1);
        if (home)
        {
            vm.Generation--;
        }
        else
        {
            vm.Disks[0].Generation--;
        }

        center.Host.Restart();

        await Wait.UntilAsync(async () => (await center.EventsAsync(EventIds.Suspect)).Count == 1, "it is noticed");
        Assert.Empty(center.Host.Keys);
        Assert.Equal("lorica.olderThanKnown", (await center.VmAsync("a")).Suspect!.Key);
        foreach (var (path, body) in new[]
        {
            ("power", """{"action":"on"}"""), ("recrypt", """{"mode":"shallow"}"""),
            ("policy", $$"""{"policy":"{{TestCenter.DefaultPolicy}}"}"""),
        })
        {
            Assert.Equal("lorica.olderThanKnown", (await center.RefusedAsync("vms/a/" + path, body)).Code);
        }

        Assert.Equal(known, (await center.RecordsAsync()).ToDictionary(r => r.ObjectId, r => r.Generation));
        if (home)
        {
            vm.Generation++;
        }
        else
        {
            vm.Disks[0].Generation++;
        }

        Assert.Equal("succeeded", (await center.PowerAsync("a", "on")).State);
    }
}
