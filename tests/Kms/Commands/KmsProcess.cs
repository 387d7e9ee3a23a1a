using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Lorica.Kmip;
using Lorica.Platform.Processes;

namespace Lorica.Kms.Tests.Commands;

/// <summary>The real program in a process of its own.</summary>
internal sealed class KmsProcess : IDisposable
{
    private const string Ready = "lorica-kms ready on 127.0.0.1:";
    private readonly Process _process;

    private KmsProcess(Process process) => _process = process;

    public int Port { get; private set; }

    public int Id => _process.Id;

    private static string Program => Path.Combine(AppContext.BaseDirectory, "lorica-kms");

    public static Process Run(params string[] args) => Process.Start(new ProcessStartInfo(Program, args)
    {
        UseShellExecute = false,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int Code, string Output, string Errors)> CommandAsync(params string[] args)
    {
        var ended = await Tool.RunAsync(Program, args);
        return (ended.ExitCode, ended.Output, ended.Error);
    }

    /// <summary>Starts the server and waits for its line.</summary>
    public static async Task<KmsProcess> StartAsync(string config)
    {
        var process = Run("--config", config);
        string? line = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
        if (line is null || !line.StartsWith(Ready, StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"'{line}' {await process.StandardError.ReadToEndAsync()}");
        }

        return new(process) { Port = int.Parse(line[Ready.Length..]) };
    }

    public KmipClient Client(KmipPki pki, X509Certificate2 certificate) => KmipClient.Create(new()
    {
        Host = "127.0.0.1",
        Port = Port,
        ClientCertificate = certificate,
        ServerTrust = new() { Roots = [pki.Root] },
    });

    /// <summary>SIGKILL: nothing of the program runs any more.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and how it ended.</summary>
    public async Task<(int Code, TimeSpan Took)> TerminateAsync()
    {
        var watch = Stopwatch.StartNew();
        Signals.Send(_process.Id, Signals.Terminate);

        await _process.WaitForExitAsync();
        return (_process.ExitCode, watch.Elapsed);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
