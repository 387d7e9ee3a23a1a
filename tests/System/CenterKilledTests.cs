using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Lorica.SystemTests.Model;
using Lorica.SystemTests.Support;

namespace Lorica.SystemTests;

/// <summary>The center, killed at random moments: no VM is stuck afterwards, and no task is lost.</summary>
public sealed class CenterKilledTests(ITestOutputHelper output)
{
    private const int Moments = 30, MostMoments = 4 * Moments, Vms = 3, DiskBytes = 8 * 1024 * 1024;

    [Fact]
    public async Task Killed_at_thirty_random_moments_of_encryptions_and_power_ons_it_finishes_every_task()
    {
        await using var up = await LoricaUp.StartAsync();
        await up.AddEmbeddedKmsAsync();
        using var api = await CenterApi.SignInAsync(up);
        for (int i = 0; i < Vms; i++)
            Assert.True((await api.ImportAsync($"vm{i}", null, RandomNumberGenerator.GetBytes(DiskBytes))).Accepted);

        var (begun, caught, lost, moment) = (0, 0, 0, 0);
        for (; moment < Moments || (caught < Moments && moment < MostMoments); moment++)
        {
            // Step 1: work on each VM: encryption or decryption on two of them, power on the third
            var asked = Enumerable.Range(0, Vms).Select(i => AskAsync(api, $"vm{i}", (moment + i) % Vms == 0)).ToArray();
            await Task.Delay(RandomNumberGenerator.GetInt32(600));

            // Step 2: the center is gone in the middle of it
            int pid = await up.PidAsync("center");
            using (var center = Process.GetProcessById(pid))
            {
                center.Kill();
                await center.WaitForExitAsync();
            }

            var dead = DateTimeOffset.UtcNow;
            var answers = await Task.WhenAll(asked);
            await up.ControlAsync("restart", "center");

            // Step 3: whatever was accepted ends, well or with its reason, and nothing is left on any VM
            foreach (var answer in answers)
            {
                lost += answer.Lost ? 1 : 0;
                if (!answer.Accepted)
                    continue;
                begun++;
                var task = await api.EndOfAsync(answer.Body!["id"]!.GetValue<string>());

                // A task that ended before the center was dead met no kill.
                caught += Ended(task) > dead ? 1 : 0;
                Assert.True(
                    task["state"]!.GetValue<string>() == "succeeded" || task["fault"]?["message"]?.GetValue<string>().Length > 0,
                    $"moment {moment}: {task.ToJsonString()}\n{up.Log()}");
            }

            await Wait.UntilAsync(
                async () => (await api.GetAsync("vms")).Body!["items"]!.AsArray().All(v => v!["task"] is null), "no VM is stuck");
            await ReadyAsync(api);
        }

        output.WriteLine($"{moment} kills; {begun} tasks accepted, {caught} of them taken up after a kill; {lost} requests lost "
            + "with the center");
        Assert.True(begun >= Moments, $"only {begun} tasks were begun before a kill");
        Assert.True(caught >= Moments, $"only {caught} tasks of {begun} were under way at a kill");
    }

    private static async Task<ApiAnswer> AskAsync(CenterApi api, string vm, bool power)
    {
        if (power)
            return await api.SendAsync(HttpMethod.Post, $"vms/{vm}/power", new JsonObject { ["action"] = "on" });
        bool encrypted = (await api.GetAsync($"vms/{vm}")).Body!["encrypted"]!.GetValue<bool>();
        return await api.SendAsync(HttpMethod.Post, $"vms/{vm}/policy",
            new JsonObject { ["policy"] = encrypted ? "Datastore Default" : "VM Encryption Policy", ["force"] = true });
    }

    /// <summary>All VMs off and whole, unlocked, nothing suspect.</summary>
    private static async Task ReadyAsync(CenterApi api)
    {
        for (int i = 0; i < Vms; i++)
        {
            JsonNode vm = null!;
            await Wait.UntilAsync(async () =>
            {
                vm = (await api.GetAsync($"vms/vm{i}")).Body!;
                return vm["compliance"]!.GetValue<string>() != "unknown" && vm["cryptoState"]!.GetValue<string>() == "unlocked";
            }, "the host answers again");
            Assert.Null(vm["suspect"]);
            if (vm["powerState"]!.GetValue<string>() != "poweredOn")
                continue;
            var off = await api.SendAsync(
                HttpMethod.Post, $"vms/vm{i}/power", new JsonObject { ["action"] = "off", ["hard"] = true });
            Assert.True(off.Accepted, off.ToString());
            await api.EndOfAsync(off.Body!["id"]!.GetValue<string>());
        }
    }

    private static DateTimeOffset Ended(JsonNode task) => task["endedAt"]!.GetValue<DateTimeOffset>();
}
