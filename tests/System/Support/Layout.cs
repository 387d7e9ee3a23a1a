namespace Lorica.SystemTests.Support;

/// <summary>Where the published programs and the scripts are.</summary>
internal static class Layout
{
    public static string Root => SourceTree.Root;

    public static string Out => SourceTree.Out;

    public static string Program(string name) => Path.Combine(Out, name);

    public static string Data(string name) => Path.Combine(AppContext.BaseDirectory, "Data", name);
}
