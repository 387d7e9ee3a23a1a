using Lorica.Disks;

namespace Lorica.Disks.Tests;

/// <summary>A folder of its own for one test, removed at the end.</summary>
public sealed class TestFolder : IDisposable
{
    public TestFolder()
    {
        Path = Directory.CreateTempSubdirectory("lorica-disks-").FullName;
        Folder = DiskFolder.Open(Path);
    }

    public string Path { get; }

    public DiskFolder Folder { get; }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string Text(string name) => System.IO.File.ReadAllText(File(name));

    public byte[] Bytes(string name) => System.IO.File.ReadAllBytes(File(name));

    public void Write(string name, string content) => System.IO.File.WriteAllText(File(name), content);

    public void Write(string name, byte[] content) => System.IO.File.WriteAllBytes(File(name), content);

    public void Dispose()
    {
        Folder.Dispose();
        Directory.Delete(Path, recursive: true);
    }
}
