using Lorica.Cli.Output;
using Lorica.Crypto;

namespace Lorica.Cli.Files;

/// <summary>Reads a file of secrets straight into key memory.</summary>
internal static class SecretFile
{
    public static KeyBuffer Read(string path, int maximum)
    {
        try
        {
            using var file = File.OpenHandle(path);
            long length = RandomAccess.GetLength(file);
            if (length is <= 0 || length > maximum)
                throw new CliException(ExitCode.Usage, $"{path} is empty, or too large for what it should be.");
            var buffer = KeyBuffer.Allocate((int)length);
            try
            {
                for (int done = 0; done < buffer.Length;)
                {
                    int read = RandomAccess.Read(file, buffer.Span[done..], done);
                    if (read == 0)
                        throw new CliException(ExitCode.Usage, $"{path} became shorter while it was read.");
                    done += read;
                }
                return buffer;
            }
            catch
            {
                buffer.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Usage, $"Cannot read {path}: {e.Message}", inner: e);
        }
    }
}
