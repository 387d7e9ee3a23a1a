using System.Runtime.InteropServices;
using System.Text;

namespace Lorica.Kms.Native;

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
        var arguments = Encoding.UTF8.GetString(File.ReadAllBytes("/proc/self/cmdline")).Split('\0')[..^1];
        var environment = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .Where(e => (string)e.Key != Variable).Select(e => $"{e.Key}={e.Value}").Append(Variable + "=0");
        var sockets = Directory.GetFiles(Path.GetTempPath(), $"dotnet-diagnostic-{Environment.ProcessId}-*-socket");
        using var argv = new TextVector(arguments);
        using var envp = new TextVector([.. environment]);
        Array.ForEach(sockets, File.Delete);

        // SAFETY: both vectors are arrays of pointers to zero-terminated texts with a null pointer at the end, alive until the
        // call returns, which it does on failure only; then nothing has changed.
        _ = execve(program, argv.Pointer, envp.Pointer);
    }

    [DllImport("libc", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int execve([MarshalAs(UnmanagedType.LPUTF8Str)] string path, nint arguments, nint environment);

    /// <summary>A C array of C strings.</summary>
    private sealed class TextVector : IDisposable
    {
        private readonly nint[] _texts;

        public TextVector(string[] texts)
        {
            _texts = Array.ConvertAll(texts, Marshal.StringToCoTaskMemUTF8);
            Pointer = Marshal.AllocCoTaskMem((texts.Length + 1) * nint.Size);
            Marshal.Copy(_texts, 0, Pointer, texts.Length);
            Marshal.WriteIntPtr(Pointer, texts.Length * nint.Size, 0);
        }

        public nint Pointer { get; }

        public void Dispose()
        {
            Array.ForEach(_texts, Marshal.FreeCoTaskMem);
            Marshal.FreeCoTaskMem(Pointer);
        }
    }
}
