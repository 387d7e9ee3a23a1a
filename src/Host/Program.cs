using System.Text.Json;
using Lorica.Contracts.Configs;
using Lorica.Crypto;
using Lorica.Host;
using Lorica.Host.Native;

const string Usage = """
    Usage: lorica-host --config FILE

    Runs the host of this machine: serves the center that its configuration pins. See docs/operations/host.md.
    SIGTERM stops the host; VMs go on running and are found again at the next start.
    """;

// First of all: nobody reads this process's memory, and it leaves no core file.
ProcessHardening.Apply();
Posix.CloseToOthers();

if (args is ["--help"] or ["-h"])
{
    Console.Out.WriteLine(Usage);
    return 0;
}

if (args is not ["--config", var path])
{
    Console.Error.WriteLine(Usage);
    return 2;
}

try
{
    var file = Path.GetFullPath(path);
    HostConfig config;
    await using (var stream = File.OpenRead(file))
        config = await JsonSerializer.DeserializeAsync(stream, ConfigJson.Default.HostConfig)
            ?? throw new JsonException("The file is empty.");
    await using var server = await HostServer.StartAsync(config, Path.GetDirectoryName(file)!, TimeProvider.System);
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
