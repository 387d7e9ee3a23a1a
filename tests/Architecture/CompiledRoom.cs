using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Lorica.Architecture.Tests;

/// <summary>A room's compiled assembly, read as a file and never loaded.</summary>
internal static class CompiledRoom
{
    /// <summary>The rooms whose types the assembly really uses. The compiler leaves out references that nothing uses.</summary>
    public static IReadOnlyList<string> Uses(Room room) => [.. References(room).Select(RoomOf).OfType<string>()];

    /// <summary>The names of all assemblies that it uses.</summary>
    public static IReadOnlyList<string> References(Room room)
    {
        using var file = new PEReader(File.OpenRead(Find(room)));
        var metadata = file.GetMetadataReader();
        return [.. metadata.AssemblyReferences
            .Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }

    private static string? RoomOf(string assembly) =>
        RoomTable.All.FirstOrDefault(r => assembly == $"Lorica.{r.Name}" || assembly == r.Program)?.Name;

    // artifacts/bin/PROJECT/CONFIGURATION[_RUNTIME]/ASSEMBLY.dll, in the configuration that this test was built in.
    public static string Find(Room room)
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Name.Split('_')[0];
        string folder = Repository.Full($"artifacts/bin/Lorica.{room.Name}");
        string? found = Directory.EnumerateDirectories(folder, configuration + "*")
            .Select(f => Path.Combine(f, (room.Program ?? $"Lorica.{room.Name}") + ".dll"))
            .Where(File.Exists).OrderByDescending(File.GetLastWriteTimeUtc).FirstOrDefault();
        Assert.True(found is not null, $"{room.Name} is not built in {folder}/{configuration}*.");
        return found;
    }
}
