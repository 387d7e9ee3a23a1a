using System.Diagnostics;

namespace Lorica.Crypto.Tests;

/// <summary>Starts Holder, the program that holds keys in a process of its own.</summary>
internal sealed class HolderProcess : IDisposable
{
    private HolderProcess(Process process) => Process = process;

    public Process Process { get; }

    public static HolderProcess Start(string arguments, string? keyMemory = null, string? xts = null, string? limits = null)
    {
        // An AOT build of Holder can be searched too.
        string program = Environment.GetEnvironmentVariable("LORICA_TEST_HOLDER")
            ?? Path.Combine(AppContext.BaseDirectory, "Lorica.Crypto.Holder");
        var start = limits is null
            ? new ProcessStartInfo(program, arguments)
            : new ProcessStartInfo("sh",
                ["-c", $"{limits} {(limits.Contains("exec", StringComparison.Ordinal) ? "" : "exec ")}'{program}' {arguments}"]);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.Environment["LORICA_KEY_MEMORY"] = keyMemory ?? "";
        start.Environment["LORICA_XTS"] = xts ?? "";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_TieredCompilation"] = "1";
        return new HolderProcess(Process.Start(start)!);
    }

    /// <summary>Lines up to the one that is awaited.</summary>
    public List<string> Until(string line)
    {
        var lines = new List<string>();
        while (Process.StandardOutput.ReadLine() is { } text)
        {
            if (text == line)
            {
                return lines;
            }

            lines.Add(text);
        }

        throw new InvalidOperationException($"Holder ended before \"{line}\"; it said: {string.Join(" | ", lines)}");
    }

    public string ReadToEnd()
    {
        string text = Process.StandardOutput.ReadToEnd();
        Process.WaitForExit();
        return text.Trim();
    }

    public void Go() => Process.StandardInput.WriteLine();

    public void Dispose()
    {
        if (!Process.HasExited)
        {
            Process.Kill();
            Process.WaitForExit();
        }

        Process.Dispose();
    }
}
