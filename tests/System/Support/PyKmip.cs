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

    /// <summary>Every key gets other bytes under its id; while the server is stopped.</summary>
    public Task SpoilKeysAsync() => SqlAsync(
        "d.execute('create table if not exists right_keys (uid, value)'); d.execute('delete from right_keys');"
        + "d.execute('insert into right_keys select uid, value from managed_objects'); d.execute('update managed_objects set "
        + "value=?', (os.urandom(32),))");

    /// <summary>The keys are again what they were before <see cref="SpoilKeysAsync"/>; while the server is stopped.</summary>
    public Task RestoreKeysAsync() => SqlAsync(
        "d.execute('update managed_objects set value=(select value from right_keys r where r.uid=managed_objects.uid)"
        + " where uid in (select uid from right_keys)')");

    private Task SqlAsync(string statements) => Shell.OutputAsync("/usr/bin/python3", "-c",
        $"import sqlite3,os; d=sqlite3.connect('{Folder}/keys.sqlite'); {statements}; d.commit()");

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
