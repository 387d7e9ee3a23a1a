using Lorica.Kmip.Tests.Server;

namespace Lorica.Kmip.Tests.Live;

/// <summary>PyKMIP's own client against our server, in every version.</summary>
public sealed class PyKmipClientTests
{
    /// <summary>
    /// Steps whose outcome is a refusal by design; all others must succeed. Versions as prefix where they differ.
    /// </summary>
    private static readonly Dictionary<string, string> Refusals = new(StringComparer.Ordinal)
    {
        ["1.0 discover-versions"] = "AttributeError",
        ["activate-again"] = "PERMISSION_DENIED",
        ["destroy-active"] = "PERMISSION_DENIED",
        ["get-destroyed"] = "ITEM_NOT_FOUND",
        ["get-no-such"] = "ITEM_NOT_FOUND",
        ["create-bad-length"] = "INVALID_FIELD",
        ["other-client-get"] = "ITEM_NOT_FOUND",
        ["other-client-destroy"] = "ITEM_NOT_FOUND",
    };

    /// <summary>What this server does not do; the list may only shrink.</summary>
    private static readonly Dictionary<string, string> Unsupported = new(StringComparer.Ordinal)
    {
        ["get-wrapped"] = "FEATURE_NOT_SUPPORTED",
        ["encrypt-aes-cbc"] = "OPERATION_NOT_SUPPORTED",
        ["create-key-pair"] = "OPERATION_NOT_SUPPORTED",
        ["rekey"] = "OPERATION_NOT_SUPPORTED",
    };

    [Fact]
    public async Task A_foreign_client_works_in_every_version()
    {
        Assert.SkipUnless(PyKmip.IsInstalled, "python3-pykmip is not installed");
        await using var server = new TestServer { UniqueNames = false }; // the script uses names twice on purpose
        await server.InitializeAsync();
        using var folder = new TestFolder();
        server.Pki.WriteTo(folder.Root);
        var drive = await Tool.RunAsync("/usr/bin/python3",
            [Path.Combine(AppContext.BaseDirectory, "Data", "drive-pykmip.py"), "127.0.0.1", $"{server.Port}", folder.Root,
                folder.Path("out"), "1.0,1.1,1.2,1.3,1.4"]);

        var steps = drive.Output.Split('\n').Where(l => l.Length > 0).ToList();
        Assert.True(steps.Count > 140, drive.Output + drive.Error);
        Assert.All(steps, Check);
        Assert.Empty(server.Faults);
    }

    private static void Check(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string? expected = new[] { $"{words[0]} {words[1]}", words[1] }
            .Select(k => Refusals.GetValueOrDefault(k) ?? Unsupported.GetValueOrDefault(k))
            .FirstOrDefault(e => e is not null);
        Assert.True(
            expected is null ? words[2] == "ok" : line.Contains(expected, StringComparison.Ordinal),
            $"expected {expected ?? "ok"}: {line}");
    }
}
