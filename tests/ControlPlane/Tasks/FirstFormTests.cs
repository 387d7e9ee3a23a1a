using System.Text.Json;
using Lorica.Contracts.Host;
using Lorica.ControlPlane.Tasks;
using Lorica.ControlPlane.Tests.Support;
using Lorica.ControlPlane.Vms.Operations;
using Lorica.Model;
using Lorica.Store;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Lorica.ControlPlane.Tests.Tasks;

/// <summary>
/// Tasks whose arguments are in the first form. <c>Data/first-form</c> has the database of a center that wrote it, killed with a
/// task of each kind begun and not run, on a VM of the kind's name each; and what its host had of them, as protobuf messages.
/// </summary>
public sealed class FirstFormTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Data", "first-form");

    [Fact]
    public async Task Tasks_that_an_earlier_center_began_are_taken_up_and_come_to_their_ends()
    {
        await using var center = await TestCenter.StartAsync(hosts: 2);
        center.Hosts[1].Unregistered = center.Hosts[0].Unregistered;
        center.Hosts[1].SharesWith = center.Hosts[0];
        center.Hosts[0].SharesWith = center.Hosts[1];
        await center.RestartAsync(between: () => TakeOverAsync(center));

        var begun = await UnfinishedAsync();
        var ends = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (id, name, kind) in begun)
        {
            var task = await center.EndAsync(id);
            ends[$"{kind} {name}"] = task.Fault is null ? task.State : $"{task.State} {task.Fault.Key} {task.Fault.Message}";
        }

        Assert.All(ends, e => Assert.Equal(
            e.Key == "vm.import import" ? "failed lorica.importInterrupted" : "succeeded",
            string.Join(' ', e.Value.Split(' ').Take(2))));
        Assert.Equal("renamed", (await center.VmAsync("renamed")).Name);
        Assert.Equal("poweredOn", (await center.VmAsync("on")).PowerState);
        Assert.Equal("poweredOff", (await center.VmAsync("off")).PowerState);
        Assert.False((await center.VmAsync("decrypt")).Encrypted);
        Assert.All(["encrypt", "recrypt", "deep", "cloned", "create"], n => Assert.True(center.VmAsync(n).Result.Encrypted));
        Assert.Equal("h2", (await center.VmAsync("migrate")).Host);
        Assert.Equal(3, (await center.VmAsync("add")).Disks.Count);
        Assert.Equal(2, (await center.VmAsync("attach")).Disks.Count);
        Assert.All(["detach", "remove"], n => Assert.Single(center.VmAsync(n).Result.Disks));
        Assert.Equal(2 << 20, (await center.VmAsync("resize")).Disks[1].Capacity);
        Assert.DoesNotContain(
            await center.Store.ReadAsync(db => db.Raw.Vms.Select(v => v.Name).ToListAsync()), n => n is "delete" or "unregister");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"life":{},"create":{"name":"a","disks":[]}}""")]
    public void What_a_still_earlier_center_did_not_write_has_its_default(string text)
    {
        var arguments = TaskArguments.Parse(text);
        Assert.Empty(arguments.Asked);
        Assert.Empty(arguments.Copies);
        Assert.Equal("", arguments.Path);
        var first = TaskArguments.First(text);
        Assert.Empty(first.Disks);
        Assert.Empty(first.Life?.Records ?? []);
        Assert.Equal("", first.Life?.Label ?? "");
        Assert.Equal("bios", first.Create?.Firmware ?? "bios");
        Assert.Empty(first.Create?.DiskObjects ?? []);
    }

    [Fact]
    public async Task Every_operation_reads_the_first_form()
    {
        await using var center = await TestCenter.StartAsync();
        var kinds = (await UnfinishedAsync()).Select(t => t.Kind).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(
            [TaskKinds.Register, TaskKinds.Reset],
            center.Service<OperationRegistry>().Works.Select(w => w.Info.Kind).Except(kinds, StringComparer.Ordinal)
                .Order(StringComparer.Ordinal));
    }

    private static async Task<List<(string Id, string Name, string Kind)>> UnfinishedAsync()
    {
        await using var old = new SqliteConnection(
            $"Data Source={Path.Combine(Folder, "center.db")};Mode=ReadOnly;Pooling=False");
        await old.OpenAsync();
        await using var ask = old.CreateCommand();
        ask.CommandText = "SELECT id, target, kind FROM tasks WHERE state IN ('queued', 'running')";
        await using var rows = await ask.ExecuteReaderAsync();
        var found = new List<(string, string, string)>();
        while (await rows.ReadAsync())
        {
            found.Add((rows.GetString(0), rows.GetString(1), rows.GetString(2)));
        }

        return found;
    }

    /// <summary>The state of the earlier center, with the hosts where they are now.</summary>
    private static async Task TakeOverAsync(TestCenter center)
    {
        string path = CenterStore.PathIn(center.StateFolder);
        var hosts = new List<(string Id, string Address, string Pin)>();
        await RunAsync(path, "SELECT id, address, pin FROM hosts",
            r => hosts.Add((r.GetString(0), r.GetString(1), r.GetString(2))));
        foreach (string file in Directory.GetFiles(center.StateFolder))
        {
            File.Delete(file);
        }

        File.Copy(Path.Combine(Folder, "center.db"), path);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        foreach (var (id, address, pin) in hosts)
        {
            await RunAsync(path, $"UPDATE hosts SET address = '{address}', pin = '{pin}' WHERE id = '{id}'", _ => { });
        }

        using var had = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(Folder, "h1.json")));
        foreach (var vm in had.RootElement.GetProperty("vms").EnumerateArray())
        {
            var files = FirstHost.Vm(vm.GetBytesFromBase64());
            center.Host.Vms[files.VmId] = files;
        }

        foreach (var disk in had.RootElement.GetProperty("detached").EnumerateObject())
        {
            center.Host.Detached[disk.Name] = FirstHost.Disk(disk.Value.GetBytesFromBase64());
        }

        foreach (var key in had.RootElement.GetProperty("keys").EnumerateObject())
        {
            center.Broker.Keys[key.Name] = key.Value.GetString()!;
            center.Host.Keys["kms1/" + key.Name] = key.Value.GetString()!;
        }
    }

    private static async Task RunAsync(string path, string sql, Action<SqliteDataReader> row)
    {
        await using var database = new SqliteConnection($"Data Source={path};Pooling=False");
        await database.OpenAsync();
        await using var command = database.CreateCommand();
        command.CommandText = sql;
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            row(rows);
        }
    }
}
