using Lorica.Contracts.Rest;
using Lorica.Model;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Keys;

/// <summary>From what is known of a key to what the faces show.</summary>
internal static class KeyModels
{
    /// <summary>One key.</summary>
    public static KeyInfoModel Of(string provider, string keyId, KeyRow? row, IReadOnlyList<KeyUse> uses) => new()
    {
        Provider = provider,
        Id = keyId,
        State = row is { RemovedAt: > 0 } ? "removed" : row?.State ?? StateOf(uses),
        Kcv = row is { Kcv.Length: > 0 } ? row.Kcv : uses.Count > 0 ? uses[0].Kcv : "",
        Generated = row?.Generated ?? false,
        Label = row?.Name ?? "",
        CreatedBy = row?.CreatedBy ?? "",
        CreatedAt = Milliseconds(row?.CreatedAt ?? 0),
        RemovedBy = row?.RemovedBy ?? "",
        Users = [.. uses.Select(u => new KeyUserModel(u.Kind, u.ObjectId, u.Name, u.HostName))],
        KmsState = row?.KmsState ?? "",
        Fault = row?.Fault ?? "",
        Detail = row?.Detail ?? "",
        ProtectStop = Seconds(row?.ProtectStop ?? 0),
        Deactivation = Seconds(row?.Deactivation ?? 0),
        Destroy = Seconds(row?.Destroy ?? 0),
        Compromise = Seconds(row?.Compromise ?? 0),
        CheckedAt = Milliseconds(row?.CheckedAt ?? 0),
    };

    /// <summary>A key without a check value is only being made.</summary>
    private static string StateOf(IReadOnlyList<KeyUse> uses) =>
        uses.Count > 0 && uses.All(u => u.Kcv.Length == 0) ? KeyRecordStates.Pending : KeyRecordStates.Usable;

    private static DateTimeOffset? Milliseconds(long unix) => unix == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(unix);

    private static DateTimeOffset? Seconds(long unix) => unix == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(unix);
}
