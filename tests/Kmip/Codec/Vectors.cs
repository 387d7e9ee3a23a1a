using System.IO.Compression;
using System.Text.Json;

namespace Lorica.Kmip.Tests.Codec;

/// <summary>Messages of Data/*.jsonl.gz.</summary>
internal static class Vectors
{
    private static readonly JsonSerializerOptions Names = new(JsonSerializerDefaults.Web);

    public static IReadOnlyList<Vector> All { get; } = [.. Read<Vector>("vectors.jsonl.gz")];

    public static IReadOnlyList<BadVector> Bad { get; } = [.. Read<BadVector>("bad.jsonl.gz")];

    private static IEnumerable<T> Read<T>(string file)
    {
        using var stream = new GZipStream(
            File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Data", file)), CompressionMode.Decompress);
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            yield return JsonSerializer.Deserialize<T>(line, Names)!;
        }
    }
}
