namespace Lorica.SystemTests.Support;

/// <summary>Where the published programs and the scripts are.</summary>
internal static class Layout
{
    public static string Root { get; } = FindRoot();

    public static string Out { get; } = Environment.GetEnvironmentVariable("LORICA_OUT") ?? Path.Combine(Root, "out");

    public static string Program(string name) => Path.Combine(Out, name);

    public static string Data(string name) => Path.Combine(AppContext.BaseDirectory, "Data", name);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Lorica.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException("Lorica.slnx was not found above the test program.");
    }
}
