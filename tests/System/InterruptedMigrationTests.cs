using System.Text.Json.Nodes;
using Lorica.SystemTests.Support;

namespace Lorica.SystemTests;

/// <summary>Cold migrations, one of the two hosts killed in the middle.</summary>
public sealed class InterruptedMigrationTests(ITestOutputHelper output)
{
    private static readonly int[] Moments = [0, 20, 60, 120];

    [Fact]
    public async Task A_migration_whose_host_is_killed_leaves_the_vm_whole_on_exactly_one_host()
    {
        await using var up = await LoricaUp.StartAsync(hosts: 2);
        await up.AddEmbeddedKmsAsync();
        await up.JsonAsync("vm", "import", "nomad", "--disk", await GuestImage.PathAsync(), "--policy", "VM Encryption Policy",
            "--host", "localhost");
        var before = await up.ShowAsync("nomad");
        var (from, to) = ("localhost", "host2");
        int underWay = 0;
        for (int round = 0; round < Moments.Length; round++)
        {
            string killed = PartOf(round % 2 == 0 ? to : from);
            int pid = await up.PidAsync(killed);
            string task = Text((await up.JsonAsync("vm", "migrate", "nomad", "--host", to, "--no-wait"))["id"]);
            await Task.Delay(Moments[round]);
            System.Diagnostics.Process.GetProcessById(pid).Kill();
            var ended = JsonNode.Parse((await up.RunAsync("task", "show", task, "--json")).Output)!;
            underWay += Text(ended["state"]) is "queued" or "running" ? 1 : 0;

            ended = JsonNode.Parse((await up.RunAsync("task", "wait", task, "--json")).Output)!;
            var vm = await up.ShowAsync("nomad");
            Assert.Equal(Text(ended["state"]) == "succeeded" ? to : from, Text(vm["host"]));
            string[] registered = Directory.GetFiles(up.State, $"{Text(before["id"])}.json", SearchOption.AllDirectories);
            Assert.Equal(PartOf(Text(vm["host"])), Path.GetRelativePath(up.State, Assert.Single(registered)).Split('/')[0]);
            Assert.Equal((Text(before["id"]), Text(before["key"]!["id"]), null),
                (Text(vm["id"]), Text(vm["key"]!["id"]), vm["suspect"]?.GetValue<string>()));
            await Wait.UntilAsync(
                async () => await up.PidAsync(killed) is var now && now > 0 && now != pid, $"{killed} runs again");
            await Wait.UntilAsync(async () => await ConnectedAsync(up), "both hosts are connected");
            if (Text(vm["host"]) == to)
                (from, to) = (to, from);
        }

        var guest = new Guest(up, "nomad");
        await guest.PowerOnAndWaitAsync();
        await guest.PowerOffAsync();
        output.WriteLine($"{Moments.Length} kills, {underWay} of them before the migration had ended");
        Assert.True(underWay > 0, "no kill met a migration");
    }

    private static async Task<bool> ConnectedAsync(LoricaUp up) =>
        (await up.JsonAsync("host", "ls"))["items"]!.AsArray().All(h => Text(h!["state"]) == "connected");

    private static string PartOf(string host) => host == "localhost" ? "host" : host;

    private static string Text(JsonNode? node) => node!.GetValue<string>();
}
