namespace Lorica.Platform.Native;

/// <summary>What program a process runs.</summary>
public static unsafe class ProcessImage
{
    /// <summary>
    /// Goes on as another program: same process id, same descriptors but those that close on exec. Returns on failure only; then
    /// nothing has changed.
    /// </summary>
    public static void Replace(string program, IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        using var argv = new CStrings(arguments);
        using var envp = new CStrings(environment);

        // SAFETY: both live until the call returns.
        _ = Libc.Execute(program, argv.Pointer, envp.Pointer);
    }
}
