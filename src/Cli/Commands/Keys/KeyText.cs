using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Keys;

/// <summary>Keys in words.</summary>
internal static class KeyText
{
    public static void Table(Terminal terminal, IEnumerable<KeyInfoModel> keys)
        => terminal.Table(["KEY", "STATE", "ON THE KMS", "USED BY", "LABEL", "CHECKED"], keys.Select(k => (string[])
        [
            $"{k.Provider}/{k.Id}", k.State, OnKms(k), Users(k), k.Label, Times.Format(k.CheckedAt),
        ]));

    public static void Show(Terminal terminal, KeyInfoModel key)
    {
        terminal.Pairs(
        [
            ("key", $"{key.Provider}/{key.Id}"),
            ("state", key.RemovedBy.Length > 0 ? $"{key.State} by {key.RemovedBy}" : key.State), ("check value", key.Kcv),
            ("label", key.Label), ("made by hand", key.Generated ? $"by {key.CreatedBy}, {Times.Format(key.CreatedAt)}" : ""),
            ("on the KMS", OnKms(key)), ("said the KMS", key.Detail), ("checked", Times.Format(key.CheckedAt)),
            ("protect stop", Times.Format(key.ProtectStop)), ("deactivation", Times.Format(key.Deactivation)),
            ("destroy", Times.Format(key.Destroy)), ("compromise", Times.Format(key.Compromise)),
        ]);
        foreach (var user in key.Users)
            terminal.Line($"used by      {user.Name}: {user.Kind} {user.ObjectId} on host {user.Host}");
        if (key.Users.Count == 0)
            terminal.Line("used by      nothing");
    }

    public static string OnKms(KeyInfoModel key) =>
        key.Fault.Length > 0 ? $"{key.KmsState} {FaultText.Reason(key.Fault)}".Trim() : key.KmsState;

    private static string Users(KeyInfoModel key)
    {
        var names = key.Users.Select(u => u.Name).Distinct(StringComparer.Ordinal).ToList();
        return names.Count <= 3 ? string.Join(", ", names) : $"{string.Join(", ", names.Take(2))} and {names.Count - 2} more";
    }
}
