using System.Text.Json.Nodes;
using Lorica.SystemTests.Support;

namespace Lorica.SystemTests;

/// <summary>The outage rule on real processes.</summary>
public sealed class OutageTests
{
    [Fact]
    public async Task A_guest_is_paused_while_its_kms_is_away_for_longer_than_its_policy_allows_and_goes_on_when_it_is_back()
    {
        await using var up = await LoricaUp.StartAsync();
        await up.AddEmbeddedKmsAsync();
        await up.JsonAsync("policy", "create", "Careful", "--encryption", "on", "--outage", "suspend", "--outage-after", "30s");
        await up.JsonAsync("vm", "import", "web", "--disk", await GuestImage.PathAsync(), "--policy", "Careful");
        await up.JsonAsync("vm", "create", "idle", "--size", "8M", "--policy", "Careful");
        var guest = new Guest(up, "web");
        await guest.PowerOnAndWaitAsync();

        await up.ControlAsync("stop", "kms");
        await up.RunAsync("kms", "status", "kms1");
        await ToldAsync(up, "lorica.vm.OutageActed", "web is paused");
        await up.RefusedAsync("out of reach", "vm", "power", "on", "idle");

        await up.ControlAsync("start", "kms");
        await ToldAsync(up, "lorica.vm.OutageEnded", "web goes on");
        Assert.Contains("data ok", await guest.AskAsync("check", "LORICA-GUEST data"), StringComparison.Ordinal);
        await guest.PowerOffAsync();
    }

    private static Task ToldAsync(LoricaUp up, string id, string message) => Wait.UntilAsync(
        async () => (await up.JsonAsync("event", "ls"))["items"]!.AsArray()
            .Any(e => Text(e!["id"]) == id && Text(e["message"]).Contains(message, StringComparison.Ordinal)),
        $"{id}: {message}", seconds: 150);

    private static string Text(JsonNode? node) => node!.GetValue<string>();
}
