using System.Xml.Linq;

namespace Lorica.Architecture.Tests;

/// <summary>What the rules need of a project file.</summary>
internal sealed class ProjectFile(string path)
{
    private readonly XDocument _xml = XDocument.Parse(Repository.Read(path));

    public string Path { get; } = path;

    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The rooms that it references, by the name of their project.</summary>
    public IEnumerable<string> Rooms =>
        _xml.Descendants("ProjectReference")
            .Select(e => System.IO.Path.GetFileNameWithoutExtension((string)e.Attribute("Include")!))
            .Select(name => name.Replace("Lorica.", "", StringComparison.Ordinal));

    public string? Property(string name) => _xml.Descendants(name).FirstOrDefault()?.Value;

    public static ProjectFile Of(Room room) => new($"src/{room.Name}/Lorica.{room.Name}.csproj");
}
