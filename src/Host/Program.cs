using System.Text.Json;
using Lorica.Contracts.Configs;
using Lorica.Crypto;
using Lorica.Disks.Locks;
using Lorica.Host;
using Lorica.Host.Joining;
using Lorica.Platform.Native;

const string Usage = """
    Usage: lorica-host run --config FILE
           lorica-host join --config FILE [--again]

    run   Runs the host of this machine: serves the center that its configuration pins, or that it joined. `run` may be left out.
          SIGTERM stops the host; VMs go on running and are found again at the next start.
    join  Shows a token, waits up to 15 minutes for a center to whom somebody says it (`lorica host add ADDRESS`), then ends.
    See docs/operations/host.md.
    """;

// First of all: nobody reads this process's memory, and it leaves no core file.
ProcessHardening.Apply();
PosixFile.CloseToOthers();

if (args is ["--help"] or ["-h"] or [_, "--help"])
{
    Console.Out.WriteLine(Usage);
    return 0;
}

var (command, path, again) = args switch
{
    ["--config", var named] => ("run", named, false),
    ["run", "--config", var named] => ("run", named, false),
    ["join", "--config", var named] => ("join", named, false),
    ["join", "--config", var named, "--again"] => ("join", named, true),
    _ => ("", "", false),
};
if (command.Length == 0)
{
    Console.Error.WriteLine(Usage);
    return 2;
}

try
{
    string file = Path.GetFullPath(path);
    string folder = Path.GetDirectoryName(file)!;
    HostConfig config;
    await using (var stream = File.OpenRead(file))
    {
        config = await JsonSerializer.DeserializeAsync(stream, ConfigJson.Default.HostConfig)
            ?? throw new JsonException("The file is empty.");
    }

    if (command == "join")
    {
        await using var join = await JoinServer.StartAsync(config, folder, again, TimeProvider.System);
        Console.Out.WriteLine($"lorica-host waits on {join.Address} to join a center");
        Console.Out.WriteLine($"certificate {join.Fingerprint}");
        Console.Out.WriteLine($"token {join.Token.Reveal()}");
        bool joined = await join.WaitAsync(TimeProvider.System);
        Console.Out.WriteLine(joined
            ? $"lorica-host joined as {join.Session.HostId}"
            : "lorica-host has not joined; the token is void");
        return joined ? 0 : 1;
    }

    await using var server = await HostServer.StartAsync(
        JoinedIdentity.Complete(config, folder), folder, BootTimeProvider.Instance);
    Console.Out.WriteLine($"lorica-host ready on {server.Address}");
    await server.WaitAsync();
    return 0;
}
catch (Exception e) when (e is IOException or JsonException or InvalidOperationException or UnauthorizedAccessException
    or FormatException or Lorica.Contracts.Faults.FaultException)
{
    Console.Error.WriteLine($"lorica-host: {e.Message}");
    return 1;
}
