using System.Net;
using System.Text.Json;
using Lorica.Contracts.Names;
using Lorica.ControlPlane.Tests.Support;

namespace Lorica.ControlPlane.Tests.Rest;

public sealed class VmNameTests
{
    /// <summary>
    /// Separators of folders, and characters that nobody sees: zero width, right-to-left, soft hyphen, byte order mark.
    /// </summary>
    private static readonly string[] Refused =
    [
        "", " ", ".hidden", "a/b", "a\\b", "../x", " a", "a ", "a\nb", "a\0b", "a\u200bb", "a\u202eb", "a\u00adb", "a\ufeffb",
        "a\u2028b", "a\ufffdb", "a\ue000b", "a\ud800b", "a%2fb",
        "8d4f4a52-1111-4222-8333-444455556666", "8d4f4a52111142228333444455556666", "folder-1", "vm:web", "b64:YQ",
        new('x', 81), new('\u00fc', 101),
    ];

    [Fact]
    public async Task Names_that_could_be_mistaken_or_are_paths_are_refused_by_the_center_itself_in_the_words_of_the_one_rule()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        foreach (string name in Refused)
        {
            Assert.False(NameRule.Allows(name), name);
            if (name.Contains('\ud800', StringComparison.Ordinal))
            {
                continue; // No JSON text holds half a character.
            }

            var refused = await center.RefusedAsync(
                "vms", $$"""{"name":{{JsonSerializer.Serialize(name)}},"disks":[{"capacity":1048576}]}""",
                HttpStatusCode.BadRequest);
            Assert.True(refused.Code == "lorica.vmName", $"{name}: {refused.Code}");
            Assert.Equal(NameRule.Text, refused.Detail);
        }

        Assert.Empty(center.Host.Vms);
        Assert.Equal("succeeded", (await center.CreateAsync("Büro 7 (neu) 🖥")).State);
    }
}
