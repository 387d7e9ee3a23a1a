using System.Text;
using Lorica.Platform.Native;

namespace Lorica.Kms.Commands;

/// <summary>
/// The runtime's diagnostics socket lets another process of the same user attach to this one. Only the environment at the start
/// can keep it shut, so a server that finds it open replaces itself by a copy that was started with it shut: same process id,
/// same arguments, same standard streams.
/// </summary>
internal static class DiagnosticsSocket
{
    private const string Variable = "DOTNET_EnableDiagnostics";

    /// <summary>Returns when the door is shut already, or could not be shut; else the process goes on as its own copy.</summary>
    public static void Shut()
    {
        if (Environment.GetEnvironmentVariable(Variable) == "0" || Environment.ProcessPath is not { } program)
        {
            return;
        }

        // Not from /proc/self/environ: a process that is not dumpable cannot read its own unless it is root.
        string[] arguments = Encoding.UTF8.GetString(File.ReadAllBytes("/proc/self/cmdline")).Split('\0')[..^1];
        var environment = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .Where(e => (string)e.Key != Variable).Select(e => $"{e.Key}={e.Value}").Append(Variable + "=0");
        string[] sockets = Directory.GetFiles(Path.GetTempPath(), $"dotnet-diagnostic-{Environment.ProcessId}-*-socket");
        Array.ForEach(sockets, File.Delete);
        ProcessImage.Replace(program, arguments, [.. environment]);
    }
}
