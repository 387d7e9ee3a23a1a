using System.Text.Json;

namespace Lorica.Crypto.Tests;

/// <summary>One record of Data/xts-aes-256.json.</summary>
public sealed record XtsVector(
    string Id, byte[] Key, byte[] Tweak, byte[] Plaintext, byte[] Ciphertext, ulong? Sector, int? SectorSize)
{
    public static IReadOnlyList<XtsVector> All { get; } = Load();

    private static List<XtsVector> Load()
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Data", "xts-aes-256.json"));
        using var document = JsonDocument.Parse(file);
        return [.. document.RootElement.EnumerateArray().Select(Read)];
    }

    private static XtsVector Read(JsonElement e)
        => new(
            e.GetProperty("id").GetString()!,
            Hex(e, "key"),
            Hex(e, "tweak"),
            Hex(e, "plaintext"),
            Hex(e, "ciphertext"),
            e.TryGetProperty("dataUnitSequenceNumber", out var n) ? n.GetUInt64() : null,
            e.TryGetProperty("sectorSize", out var s) ? s.GetInt32() : null);

    private static byte[] Hex(JsonElement e, string name) => Convert.FromHexString(e.GetProperty(name).GetString()!);
}
