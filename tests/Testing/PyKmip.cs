using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Lorica.Platform.Processes;

namespace Lorica.Testing;

/// <summary>
/// A real PyKMIP server of Debian's python3-pykmip on a free loopback port, with certificates and settings of
/// Data/start-pykmip.sh in a folder of its own. Stopped by SIGINT (SIGTERM takes it up to 13 s).
/// </summary>
public sealed class PyKmip : IAsyncLifetime
{
    private const int Interrupt = 2;
    private Process? _process;

    public static bool IsInstalled => File.Exists("/usr/bin/pykmip-server");

    public string Folder { get; } = Directory.CreateTempSubdirectory("lorica-pykmip-").FullName;

    public int Port { get; private set; }

    public string ClientPem => File.ReadAllText(Pki("client.crt")) + File.ReadAllText(Pki("client.key"));

    public string Pki(string file) => Path.Combine(Folder, "pki", file);

    public X509Certificate2 Certificate(string name)
    {
        using var pem = X509Certificate2.CreateFromPemFile(Pki(name + ".crt"), Pki(name + ".key"));
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>A new one that listens.</summary>
    public static async Task<PyKmip> StartAsync()
    {
        var kms = new PyKmip();
        await kms.InitializeAsync();
        return kms;
    }

    /// <summary>Starts it; a test whose machine has no PyKMIP is skipped.</summary>
    public async ValueTask InitializeAsync()
    {
        if (!IsInstalled)
            Assert.Skip("python3-pykmip is not installed; scripts/setup brings it.");
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        await ResumeAsync();
    }

    /// <summary>Starts it again over the same folder and port.</summary>
    public async Task ResumeAsync()
    {
        string script = Path.Combine(AppContext.BaseDirectory, "Data", "start-pykmip.sh");
        var process = _process = Process.Start(new ProcessStartInfo("/bin/bash", [script, Folder, $"{Port}"])
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
        })!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        await Wait.UntilAsync(async () =>
        {
            if (process.HasExited)
                throw new InvalidOperationException($"PyKMIP ended with {process.ExitCode} before it listened.");
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
        if (_process is not { HasExited: false } process)
            return;
        Signals.Send(process.Id, Interrupt);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
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

    /// <summary>Statements of Python on its database <c>d</c>; while the server is stopped.</summary>
    public Task<string> SqlAsync(string statements) => Tool.OutputAsync("/usr/bin/python3", "-c",
        $"import sqlite3,os; d=sqlite3.connect('{Folder}/keys.sqlite'); {statements}; d.commit()");

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process?.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
