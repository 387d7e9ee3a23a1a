using Lorica.Platform.Native;

namespace Lorica.Cli.Native;

/// <summary>
/// The terminal on standard input, passing every key through: no echo, no lines, no signals. Disposing gives it back as it was.
/// </summary>
internal sealed unsafe class RawTerminal : IDisposable
{
    private const int Input = 0;
    private const int Now = 0;

    /// <summary>Of glibc's <c>struct termios</c> on 64-bit Linux: 60 bytes; more room costs nothing.</summary>
    private const int SettingsLength = 128;

    private readonly byte[] _before = new byte[SettingsLength];

    private RawTerminal()
    {
    }

    /// <summary>Takes the terminal, or null when standard input is none.</summary>
    public static RawTerminal? Take()
    {
        var terminal = new RawTerminal();
        byte[] raw = new byte[SettingsLength];
        // SAFETY: both buffers are larger than the structure that libc fills, and are pinned for the calls.
        fixed (byte* before = terminal._before, settings = raw)
        {
            if (Libc.GetTerminal(Input, before) != 0)
                return null;
            terminal._before.CopyTo(raw, 0);
            Libc.MakeRaw(settings);
            return Libc.SetTerminal(Input, Now, settings) == 0 ? terminal : null;
        }
    }

    public void Dispose()
    {
        // SAFETY: the buffer holds what tcgetattr wrote, and is pinned for the call.
        fixed (byte* before = _before)
            _ = Libc.SetTerminal(Input, Now, before);
    }
}
