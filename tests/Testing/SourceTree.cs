namespace Lorica.Testing;

/// <summary>Where the sources and the published programs are.</summary>
public static class SourceTree
{
    public static string Root { get; } = FindRoot();

    /// <summary>LORICA_OUT, or <c>out/</c>, which <c>make build</c> fills.</summary>
    public static string Out { get; } = Environment.GetEnvironmentVariable("LORICA_OUT") ?? Path.Combine(Root, "out");

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
