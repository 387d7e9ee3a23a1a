using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Lorica.SystemTests.Model;
using Lorica.SystemTests.Support;

namespace Lorica.SystemTests;

/// <summary>
/// The center, killed while a clone is made, a VM moves to another datastore and a third gets new data keys: each task ends,
/// well or with its reason, and the files of both sides are what it says.
/// </summary>
public sealed class CenterKilledInCopiesTests(ITestOutputHelper output)
{
    private const int Moments = 6, Mebibytes = 32;
    private const string Encryption = "VM Encryption Policy";

    [Fact]
    public async Task Killed_in_the_middle_of_a_clone_a_relocation_and_a_deep_recrypt_it_leaves_whole_files_on_both_sides()
    {
        await using var up = await LoricaUp.StartAsync(secondDatastore: true);
        await up.AddEmbeddedKmsAsync();
        var content = new Dictionary<string, string>();
        foreach (string vm in (string[])["source", "nomad", "deep"])
        {
            string image = await DataImage.MakeAsync(up, vm, Mebibytes);
            content[vm] = Files.Sha256(image);
            await up.JsonAsync("vm", "import", vm, "--disk", image, "--datastore", "datastore1", "--policy", Encryption);
            File.Delete(image);
        }

        using var api = await CenterApi.SignInAsync(up);
        var (caught, from, to) = (0, "datastore1", "datastore2");
        int moment = 0;
        for (; moment < Moments || (caught < Moments && moment < 4 * Moments); moment++)
        {
            string old = Text((await up.ShowAsync("deep"))["key"]!["id"]);

            // Step 1: all three at once; then the center is gone
            int pid = await up.PidAsync("center");
            var answers = await Task.WhenAll(
                api.SendAsync(HttpMethod.Post, "vms/source/clone", new JsonObject { ["name"] = "copy", ["datastore"] = to }),
                api.SendAsync(HttpMethod.Post, "vms/nomad/relocate", new JsonObject { ["datastore"] = to }),
                api.SendAsync(HttpMethod.Post, "vms/deep/recrypt", new JsonObject { ["mode"] = "deep" }));
            Assert.All(answers, a => Assert.True(a.Accepted, a.ToString()));
            await Task.Delay(RandomNumberGenerator.GetInt32(400));
            Process.GetProcessById(pid).Kill();
            var killed = DateTimeOffset.UtcNow;
            await up.ControlAsync("restart", "center");

            // Step 2: each task ends, with its reason if not well
            var ends = new List<JsonNode>();
            foreach (var answer in answers)
            {
                ends.Add(await api.EndOfAsync(Text(answer.Body!["id"])));
                Assert.True(
                    Text(ends[^1]["state"]) == "succeeded" || ends[^1]["fault"]?["message"]?.GetValue<string>().Length > 0,
                    ends[^1].ToJsonString());
            }

            caught += ends.Count(e => e["endedAt"]!.GetValue<DateTimeOffset>() > killed);

            // Step 3: files are where the tasks say, whole, and nowhere else
            bool cloned = Text(ends[0]["state"]) == "succeeded";
            Assert.Equal(cloned ? 1 : 0, FoldersOf(up, "copy").Count);
            if (cloned)
            {
                Assert.Equal(content["source"], await PlaintextAsync(up, Path.Combine(FoldersOf(up, "copy")[0], "copy.vmdk")));
                await up.JsonAsync("vm", "rm", "copy");
                Assert.Empty(FoldersOf(up, "copy"));
            }

            string source = Assert.Single(FoldersOf(up, "source"));
            Assert.Equal(content["source"], await PlaintextAsync(up, Path.Combine(source, "source.vmdk")));
            if (Text(ends[1]["state"]) == "succeeded")
                (from, to) = (to, from);
            string home = Assert.Single(FoldersOf(up, "nomad"));
            Assert.Equal(from == "datastore1" ? up.Datastore : up.SecondDatastore, Path.GetDirectoryName(home));
            Assert.Equal(content["nomad"], await PlaintextAsync(up, Path.Combine(home, "nomad.vmdk")));
            string[] datastores = [up.Datastore, up.SecondDatastore];
            Assert.DoesNotContain(datastores.SelectMany(Directory.EnumerateDirectories), d => Path.GetFileName(d)[0] == '.');

            string deep = Assert.Single(FoldersOf(up, "deep"));
            Assert.Equal(content["deep"], await PlaintextAsync(up, Path.Combine(deep, "deep.vmdk")));
            Assert.Equal(Text(ends[2]["state"]) == "succeeded", old != Text((await up.ShowAsync("deep"))["key"]!["id"]));
            await ReadyAsync(api);
        }

        output.WriteLine($"{moment} kills, {caught} of {moment * 3} tasks ended after one");
        Assert.True(caught >= Moments, $"only {caught} tasks were caught");
    }

    /// <summary>Nothing is suspect, locked or under way.</summary>
    private static Task ReadyAsync(CenterApi api) => Wait.UntilAsync(
        async () => (await api.GetAsync("vms")).Body!["items"]!.AsArray().All(v => v!["task"] is null && v["suspect"] is null
            && Text(v["cryptoState"]) == "unlocked" && Text(v["compliance"]) == "compliant"),
        "all VMs are whole");

    private static List<string> FoldersOf(LoricaUp up, string vm) =>
    [
        .. new[] { up.Datastore, up.SecondDatastore }.SelectMany(Directory.EnumerateDirectories)
            .Where(d => Path.GetFileName(d) == vm || Path.GetFileName(d).StartsWith(vm + "_", StringComparison.Ordinal)),
    ];

    private static async Task<string> PlaintextAsync(LoricaUp up, string descriptor)
    {
        using var kek = await Keys.FetchKekAsync(up, descriptor, "kms1");
        return Keys.PlaintextSha256(descriptor, kek);
    }

    private static string Text(JsonNode? node) => node!.GetValue<string>();
}
