namespace Lorica.Cli.Up;

/// <summary>Virtual machines that outlive the host: each vmx has a control socket.</summary>
internal static class RunningVms
{
    public static int Count(UpPaths paths)
    {
        var folder = Path.Combine(paths.RunFolder, "ctl");
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.sock").Count() : 0;
    }
}
