using Lorica.Cli.Output;

namespace Lorica.Cli.Up;

/// <summary>One <c>lorica up</c> per state folder: a lock that the kernel drops with the process.</summary>
internal static class UpLock
{
    public static FileStream Take(UpPaths paths)
    {
        try
        {
            return new FileStream(paths.Lock, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None,
                UnixCreateMode = Files.FileModes.OwnerOnly,
            });
        }
        catch (IOException e)
        {
            throw new CliException(ExitCode.Refused, $"Another lorica up runs on {paths.State}.",
                $"See it with: lorica up ctl --state {paths.State} status", e);
        }
    }
}
