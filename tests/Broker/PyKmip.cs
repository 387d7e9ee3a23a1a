using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Lorica.Broker.Tests;

/// <summary>A real PyKMIP server on a free loopback port, ended by SIGINT with the test.</summary>
public sealed class PyKmip : IAsyncLifetime
{
    private Process? _process;

    public string Folder { get; } = Directory.CreateTempSubdirectory("lorica-broker-pykmip-").FullName;

    public int Port { get; private set; }

    public string ClientPem =>
        File.ReadAllText(Path.Combine(Folder, "pki/client.crt")) + File.ReadAllText(Path.Combine(Folder, "pki/client.key"));

    public async ValueTask InitializeAsync()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        await StartAsync();
    }

    public async Task StartAsync()
    {
        string script = Path.Combine(AppContext.BaseDirectory, "Data/start-pykmip.sh");
        _process = Process.Start(new ProcessStartInfo("/bin/bash", [script, Folder, Port.ToString()])
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
        })!;
        for (int i = 0; i < 300; i++)
        {
            try
            {
                using var socket = new TcpClient();
                await socket.ConnectAsync(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(100);
            }
        }

        throw new InvalidOperationException("PyKMIP did not start.");
    }

    public async Task StopAsync()
    {
        if (_process is { HasExited: false } process)
        {
            using var kill = Process.Start("/bin/kill", ["-INT", process.Id.ToString()])!;
            await process.WaitForExitAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
