using System.Diagnostics;

namespace Lorica.Architecture.Tests;

/// <summary>The files of this repository, as paths relative to its root with <c>/</c>.</summary>
internal static class Repository
{
    private static readonly string[] Made = ["bin", "obj", "artifacts", "out", ".git"];

    public static string Root { get; } = FindRoot();

    /// <summary>All files below a folder that are not made by a build, sorted.</summary>
    public static IReadOnlyList<string> Files(string folder, string pattern)
    {
        var files = new List<string>();
        Collect(new DirectoryInfo(Full(folder)), pattern, files);
        files.Sort(StringComparer.Ordinal);
        return files;
    }

    public static string Full(string path) => Path.Combine(Root, path);

    public static string Read(string path) => File.ReadAllText(Full(path));

    public static string[] Lines(string path) => File.ReadAllLines(Full(path));

    /// <summary>The room or test project that a file under src/ or tests/ belongs to.</summary>
    public static string RoomOf(string path) => path.Split('/')[1];

    private static void Collect(DirectoryInfo folder, string pattern, List<string> files)
    {
        foreach (var file in folder.EnumerateFiles(pattern))
        {
            files.Add(Path.GetRelativePath(Root, file.FullName).Replace('\\', '/'));
        }

        foreach (var child in folder.EnumerateDirectories().Where(d => !Made.Contains(d.Name)))
        {
            Collect(child, pattern, files);
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Lorica.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new UnreachableException("No Lorica.slnx above the test program.");
    }
}
