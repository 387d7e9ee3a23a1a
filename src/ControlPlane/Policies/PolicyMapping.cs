using System.Text.Json;
using Lorica.Model;
using Lorica.Store.Rows;

namespace Lorica.ControlPlane.Policies;

/// <summary>Rows of policies as policies.</summary>
internal static class PolicyMapping
{
    public static StoragePolicy ToPolicy(this PolicyRow row) => new()
    {
        Id = row.Id,
        Name = row.Name,
        Description = row.Description,
        Rules = new PolicyRules
        {
            Encryption = row.Encryption,
            AllowCleartextFilters = row.AllowCleartextFilters,
            Strict = row.Strict,
            Tags = JsonSerializer.Deserialize(row.Tags, StoreJson.Default.ListString) ?? [],
            Outage = new OutageRule(row.OutageAction, TimeSpan.FromSeconds(row.OutageAfterSeconds)),
        },
        Version = row.Version,
        RulesVersion = row.RulesVersion,
    };

    /// <summary>Writes <paramref name="policy"/> into <paramref name="row"/>, but for its times.</summary>
    public static void Write(this PolicyRow row, StoragePolicy policy)
    {
        var rules = policy.Rules;
        row.Name = policy.Name;
        row.Description = policy.Description;
        row.Encryption = rules.Encryption;
        row.AllowCleartextFilters = rules.AllowCleartextFilters;
        row.Strict = rules.Strict;
        row.Tags = JsonSerializer.Serialize([.. rules.Tags], StoreJson.Default.ListString);
        row.OutageAction = rules.Outage.Action;
        row.OutageAfterSeconds = (long)rules.Outage.After.TotalSeconds;
        row.Version = policy.Version;
        row.RulesVersion = policy.RulesVersion;
    }
}
