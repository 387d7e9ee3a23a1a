using System.Text.Json;

namespace Lorica.Disks.Tests.Foreign;

/// <summary>The images of <c>Data/foreign</c>, unpacked for the tests of one class.</summary>
public sealed class ReportedImages : IDisposable
{
    private static readonly string Data = Path.Combine(AppContext.BaseDirectory, "Data", "foreign");
    private readonly TestFolder _folder = new();

    public ReportedImages() =>
        Tool.Output("python3", "-X", "utf8", "-m", "tarfile", "-e", Path.Combine(Data, "images.tar.xz"), _folder.Root);

    /// <summary>What is expected of each.</summary>
    public static IReadOnlyDictionary<string, ReportedImage> All { get; } = Read();

    public string File(ReportedImage image) => _folder.Path(image.File);

    public void Dispose() => _folder.Dispose();

    private static Dictionary<string, ReportedImage> Read()
    {
        using var json = JsonDocument.Parse(System.IO.File.ReadAllBytes(Path.Combine(Data, "cases.json")));
        return json.RootElement.EnumerateArray().Select(c => new ReportedImage(
            c.GetProperty("id").GetString()!, c.GetProperty("file").GetString()!, c.GetProperty("expect").GetString()!,
            c.TryGetProperty("sha256", out var hash) ? hash.GetString() : null,
            c.TryGetProperty("size", out var size) ? size.GetInt64() : null)).ToDictionary(c => c.Id);
    }
}
