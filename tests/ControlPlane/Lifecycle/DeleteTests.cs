using System.Net.Http.Json;
using Grpc.Core;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Lifecycle;

/// <summary>A VM that is deleted while its host comes and goes.</summary>
public sealed class DeleteTests
{
    [Theory]
    [InlineData("delete")]
    [InlineData("deleted")]
    public async Task A_host_that_is_killed_in_the_middle_is_waited_for_and_the_deletion_ends_well(string when)
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        int calls = 0;
        center.Host.BeforeLife = step => step == when && Interlocked.Increment(ref calls) == 1
            ? throw new RpcException(new Status(StatusCode.Unavailable, "killed")) : Task.CompletedTask;

        Assert.Equal("succeeded", (await DeleteAsync(center)).State);

        Assert.Empty(center.Host.Vms);
        Assert.Empty(await center.Store.ReadAsync(db => db.Raw.Vms.ToListAsync()));
    }

    [Fact]
    public async Task A_host_that_is_still_at_work_on_the_attempt_before_is_waited_for()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", null);
        int calls = 0;
        center.Host.BeforeLife = step => (step, step == "delete" ? Interlocked.Increment(ref calls) : 0) switch
        {
            ("delete", 1) => throw new RpcException(new Status(StatusCode.DeadlineExceeded, "slow")),
            ("delete", 2) => throw FaultCodec.ToRpc(
                new Fault(FaultTypes.ResourceInUse, "lorica.vmBusy", "a", "Another operation.")),
            _ => Task.CompletedTask,
        };
        Assert.Equal("succeeded", (await DeleteAsync(center)).State);
        Assert.Equal(3, calls);
    }

    [Fact]
    public async Task A_VM_whose_folder_is_not_there_stays_in_the_inventory()
    {
        await using var center = await TestCenter.StartAsync();
        await center.CreateAsync("a", TestCenter.EncryptionPolicy);
        center.Host.BeforeLife = step => step == "delete"
            ? throw FaultCodec.ToRpc(new Fault(FaultTypes.NotFound, "lorica.fileNotFound", "a", "The folder is not there."))
            : Task.CompletedTask;
        var task = await DeleteAsync(center);
        Assert.Equal(("failed", "lorica.fileNotFound"), (task.State, task.Fault!.Key));
        Assert.Single(await center.Store.ReadAsync(db => db.Raw.Vms.ToListAsync()));
    }

    private static async Task<TaskModel> DeleteAsync(TestCenter center)
    {
        var reply = await center.Http.DeleteAsync("/api/v1/vms/a");
        return await center.EndAsync((await reply.Content.ReadFromJsonAsync(RestJson.Default.TaskModel))!.Id);
    }
}
