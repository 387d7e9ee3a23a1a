using Lorica.Platform.Native;


namespace Lorica.Broker.Hosting;

/// <summary>A lock between processes (<c>flock</c>, which .NET takes for an unshared file) that ends with its holder.</summary>
internal static class FileGate
{
    private const int Attempts = 200;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Waits for the lock, for five seconds at most: whoever holds it only replaces a small file.</summary>
    public static FileStream Take(string path)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                var file = new FileStream(path, new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                });
                PosixFile.GiveToOwnerOf(Path.GetDirectoryName(path)!, path);
                return file;
            }
            catch (IOException) when (attempt < Attempts)
            {
                using var never = new ManualResetEventSlim();
                never.Wait(Pause);
            }
        }
    }
}
