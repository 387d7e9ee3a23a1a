namespace Lorica.Platform.Trust;

/// <summary>
/// Keeps a second process out of a state folder: the file <c>lock</c> in it, held open and locked as long as this object lives.
/// The kernel lets go of it when the process ends, however it ends; the file stays and means nothing by itself.
/// </summary>
public sealed class StateLock : IDisposable
{
    private const int WouldBlock = 11;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly FileStream _file;

    private StateLock(FileStream file) => _file = file;

    /// <summary>Makes <paramref name="folder"/> if it is not there (its owner's alone) and takes its lock. A predecessor that is
    /// just ending is waited for.</summary>
    /// <exception cref="IOException">Another process holds it.</exception>
    public static async Task<StateLock> TakeAsync(string folder, TimeProvider time, CancellationToken ct)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string path = Path.Combine(folder, "lock");
        long start = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new StateLock(new FileStream(path, new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.None,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                }));
            }
            catch (IOException e) when (e.HResult == WouldBlock)
            {
                if (time.GetElapsedTime(start) > Patience)
                {
                    throw new IOException(
                        $"Another process uses the state folder {folder}. End it, or give this one a folder of its own.", e);
                }
            }

            await Task.Delay(Pause, time, ct);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();
}
