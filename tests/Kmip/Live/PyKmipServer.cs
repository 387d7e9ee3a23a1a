using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Lorica.Kmip.Tests.Live;

/// <summary>
/// A real PyKMIP server of Debian's python3-pykmip on a free loopback port, started once for all tests of a class and stopped by
/// SIGINT (SIGTERM takes it up to 13 s). Data/start-pykmip.sh makes its certificates and settings.
/// </summary>
public sealed class PyKmipServer : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lorica-kmip-pykmip-").FullName;
    private Process? _process;

    public static bool IsInstalled => File.Exists("/usr/bin/pykmip-server");

    public int Port { get; private set; }

    public string Pki => Path.Combine(_folder, "pki");

    public X509Certificate2 Certificate(string name)
    {
        using var pem = X509Certificate2.CreateFromPemFile($"{Pki}/{name}.crt", $"{Pki}/{name}.key");
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }

    public KmipClientOptions Options(string client = "client") => new()
    {
        Host = "localhost",
        Port = Port,
        ClientCertificate = client.Length == 0 ? null : Certificate(client),
        ServerTrust = new() { Roots = [X509CertificateLoader.LoadCertificateFromFile($"{Pki}/ca.crt")] },
    };

    public async ValueTask InitializeAsync()
    {
        if (!IsInstalled)
        {
            return;
        }

        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        string script = Path.Combine(AppContext.BaseDirectory, "Data", "start-pykmip.sh");
        _process = Process.Start(new ProcessStartInfo("/bin/bash", [script, _folder, $"{Port}"])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        var deadline = Stopwatch.StartNew();
        while (deadline.Elapsed < TimeSpan.FromSeconds(60) && !_process.HasExited)
        {
            try
            {
                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, Port);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(100);
            }
        }

        throw new InvalidOperationException("PyKMIP does not listen");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            using (var kill = Process.Start("/bin/kill", ["-INT", $"{process.Id}"]))
            {
                await kill.WaitForExitAsync();
            }

            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(15));
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
            }

            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }
}
