using Lorica.Contracts.Host;
using Lorica.Disks;

namespace Lorica.Host.Tests.Support;

/// <summary>Two hosts and the folders that they share.</summary>
internal static class TwoFolders
{
    /// <summary>Makes a VM on one host, puts its files into the folder of another VM, and registers it there on the other
    /// host.</summary>
    public static async Task<TestVm> MoveInAsync(TestHost from, TestHost to, TestVm vm, string folder)
    {
        var before = await vm.ImportAsync(from.Client);
        string name = vm.Request.Name;
        await from.Client.UnregisterVmAsync(new UnregisterVmRequest { VmId = vm.Id, Epoch = vm.NextEpoch });
        foreach (string file in Directory.EnumerateFiles(Path.Combine(from.Datastore, name)))
            File.Move(file, Path.Combine(from.Datastore, folder, Path.GetFileName(file)));
        Directory.Delete(Path.Combine(from.Datastore, name));
        var request = new RegisterVmRequest { VmId = vm.Id, Epoch = vm.NextEpoch, Path = $"[ds1] {folder}/{name}.vmx" };
        request.Records.AddRange(TestVm.RecordsOf(before));
        Assert.Null((await to.Client.RegisterVmAsync(request)).Suspect);
        return vm;
    }

    /// <summary>Holds the lock of a VM and of one of its disks, as a host does that works on it.</summary>
    public static async Task<IAsyncDisposable> HoldAsync(TestHost host, string vmId, string disk, bool fenced = false)
    {
        var home = host.Node.Table.OpenHome(host.Node.Table.Registry.Find(Guid.Parse(vmId))!);
        var vmLock = await host.Node.Table.LockAsync(home, CancellationToken.None, fenced);
        var folder = DiskFolder.Open(home.Path);
        return new Held(() => vmLock.DisposeAsync().AsTask(), DiskLock.TakeExclusive(folder, disk), folder, home);
    }

    public static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to, File.GetUnixFileMode(from));
        File.SetUnixFileMode(to, File.GetUnixFileMode(from));
        foreach (string folder in Directory.EnumerateDirectories(from))
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
        foreach (string file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }

    private sealed class Held(Func<Task> release, params IDisposable[] held) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await release();
            foreach (var one in held)
                one.Dispose();
        }
    }
}
