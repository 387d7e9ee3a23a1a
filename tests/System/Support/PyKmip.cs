using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Lorica.SystemTests.Support;

/// <summary>A real PyKMIP server on a free loopback port.</summary>
internal sealed class PyKmip : IAsyncDisposable
{
    private Process? _process;

    private PyKmip(int port) => Port = port;

    public string Folder { get; } = Directory.CreateTempSubdirectory("lorica-system-pykmip-").FullName;

    public int Port { get; }

    public string Pki(string file) => Path.Combine(Folder, "pki", file);

    public static async Task<PyKmip> StartAsync()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var kms = new PyKmip(((IPEndPoint)probe.LocalEndpoint).Port);
        probe.Stop();
        await kms.ResumeAsync();
        return kms;
    }

    public async Task ResumeAsync()
    {
        _process = Process.Start(new ProcessStartInfo("/bin/bash", [Layout.Data("start-pykmip.sh"), Folder, Port.ToString()])
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
        })!;
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        await Wait.UntilAsync(async () =>
        {
            try
            {
                using var socket = new TcpClient();
                await socket.ConnectAsync(IPAddress.Loopback, Port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }, "PyKMIP listens");
    }

    public async Task StopAsync()
    {
        if (_process is { HasExited: false })
        {
            await Shell.RunAsync("/bin/kill", ["-INT", _process.Id.ToString()]);
            await _process.WaitForExitAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
