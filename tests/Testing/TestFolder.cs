using Lorica.Disks;

namespace Lorica.Testing;

/// <summary>A folder of its own for one test, removed at the end with all that is in it.</summary>
public sealed class TestFolder : IDisposable
{
    private readonly Lazy<DiskFolder> _folder;

    public TestFolder() => _folder = new(() => DiskFolder.Open(Root));

    public string Root { get; } = Directory.CreateTempSubdirectory("lorica-test-").FullName;

    /// <summary>The folder as the disks' room has it open.</summary>
    public DiskFolder Folder => _folder.Value;

    public string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    public string Text(string name) => File.ReadAllText(Path(name));

    public byte[] Bytes(string name) => File.ReadAllBytes(Path(name));

    public void Write(string name, string content) => File.WriteAllText(Path(name), content);

    public void Write(string name, byte[] content) => File.WriteAllBytes(Path(name), content);

    public void Dispose()
    {
        if (_folder.IsValueCreated)
            _folder.Value.Dispose();
        Directory.Delete(Root, recursive: true);
    }
}
