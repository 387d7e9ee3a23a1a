namespace Lorica.Cli.Up;

/// <summary>Virtual machines that outlive the host: each vmx has a control socket.</summary>
internal static class RunningVms
{
    public static int Count(UpPaths paths, UpState state) => state.Hosts
        .Select(host => Path.Combine(paths.RunFolderOf(host.Part), "ctl"))
        .Where(Directory.Exists)
        .Sum(folder => Directory.EnumerateFiles(folder, "*.sock").Count());
}
