using Grpc.Core;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.Model;

namespace Lorica.ControlPlane.Tests.Lifecycle;

/// <summary>
/// Two hosts with one datastore, the encrypted VM <c>a</c> with two disks on the first; any operation of its life.
/// </summary>
internal static class LifeWorld
{
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>Ready for an operation of <paramref name="kind"/>.</summary>
    public static async Task<TestCenter> StartAsync(string kind)
    {
        var center = await TestCenter.StartAsync(hosts: 2);
        center.Hosts[1].Unregistered = center.Hosts[0].Unregistered;
        center.Hosts[1].SharesWith = center.Hosts[0];
        center.Hosts[0].SharesWith = center.Hosts[1];
        Assert.Equal("succeeded", (await center.DoAsync("vms", $$"""
            {"name":"a","host":"h1","policy":"{{TestCenter.EncryptionPolicy}}","disks":[{"capacity":1048576},{"capacity":1048576}]}
            """)).State);
        if (kind == TaskKinds.AttachDisk)
        {
            Assert.Equal("succeeded", (await center.DoAsync("vms/a/disks/virtio0:1/detach", "")).State);
        }
        else if (kind == TaskKinds.Register)
        {
            Assert.Equal("succeeded", (await center.DoAsync("vms/a/unregister", "")).State);
        }

        return center;
    }

    /// <summary>Asks for it.</summary>
    public static Task<TaskModel> DoAsync(TestCenter center, Caller caller, string kind)
    {
        var (life, vms) = (center.Vms, center.Vms);
        return kind switch
        {
            TaskKinds.Register => life.RegisterAsync(caller, new RegisterVmBody { Path = "[ds1] a/a.vmx", Host = "h1" }, None),
            TaskKinds.Unregister => life.UnregisterAsync(caller, "a", fenced: false, None),
            TaskKinds.Migrate => life.MigrateAsync(caller, "a", new MigrateVmBody("h2"), None),
            TaskKinds.AddDisk => life.AddDiskAsync(caller, "a", new AddDiskBody { Capacity = 1 << 20 }, None),
            TaskKinds.AttachDisk => life.AttachDiskAsync(
                caller, "a",
                new AttachDiskBody { Path = center.Host.Detached.Keys.Single(), Policy = TestCenter.EncryptionPolicy }, None),
            TaskKinds.DetachDisk => life.DetachDiskAsync(caller, "a", "virtio0:1", remove: false, None),
            TaskKinds.RemoveDisk => life.DetachDiskAsync(caller, "a", "virtio0:1", remove: true, None),
            TaskKinds.ResizeDisk => life.ResizeDiskAsync(caller, "a", "virtio0:1", new ResizeDiskBody(2 << 20), None),
            TaskKinds.Rename => life.RenameAsync(caller, "a", new RenameVmBody("b"), None),
            TaskKinds.Clone => vms.CloneAsync(caller, "a", new CloneVmBody("b"), None),
            TaskKinds.Relocate => vms.RelocateAsync(caller, "a", new RelocateVmBody(DiskFormat: "eagerZeroed"), None),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };
    }

    /// <summary>
    /// Asks for it and stops the center while the host is about to do it; with <paramref name="done"/> the host does it all the
    /// same.
    /// </summary>
    /// <returns>The task, after the center was started again.</returns>
    public static async Task<TaskModel> InterruptAsync(
        TestCenter center, Caller caller, string kind, bool done, Func<Task> meanwhile)
    {
        if (kind is TaskKinds.Clone or TaskKinds.Relocate)
        {
            return await InterruptJobAsync(center, caller, kind, done, meanwhile);
        }

        var (reached, stop, end) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        string what = kind switch
        {
            TaskKinds.Register => "register",
            TaskKinds.Unregister or TaskKinds.Migrate => done ? "unregistered" : "unregister",
            TaskKinds.Rename => "rename",
            _ => "disk",
        };
        center.Host.BeforeLife = async step =>
        {
            if (step != what)
            {
                return;
            }

            center.Host.BeforeLife = null;
            reached.SetResult();
            await stop.Task;
            end.SetResult();
            if (!done)
            {
                throw new RpcException(new Status(StatusCode.Cancelled, "the center went away"));
            }
        };
        var task = await DoAsync(center, caller, kind);
        await reached.Task;
        await meanwhile();
        await center.RestartAsync(async () =>
        {
            stop.SetResult();
            await end.Task;
        });
        return await center.EndAsync(task.Id);
    }

    /// <summary>The same while the host works on a job.</summary>
    private static async Task<TaskModel> InterruptJobAsync(
        TestCenter center, Caller caller, string kind, bool done, Func<Task> meanwhile)
    {
        center.Host.HoldJobs = new TaskCompletionSource();
        var task = await DoAsync(center, caller, kind);
        await Wait.UntilAsync(() => center.Host.Started.Any(s => s.JobId == task.Id), "the host works on it");
        await meanwhile();
        await center.RestartAsync(() =>
        {
            if (done)
            {
                center.Host.FinishJob(task.Id);
            }

            return Task.CompletedTask;
        });
        return await center.EndAsync(task.Id);
    }
}
