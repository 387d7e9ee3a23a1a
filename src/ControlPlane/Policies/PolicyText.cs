using System.Globalization;

namespace Lorica.ControlPlane.Policies;

/// <summary>Rules of a policy in words, for events.</summary>
internal static class PolicyText
{
    public static string Of(PolicyRules rules)
    {
        var words = new List<string> { rules.Encryption ? "encryption" : "no encryption" };
        if (rules.AllowCleartextFilters)
        {
            words.Add("filters before encryption");
        }

        if (!rules.Strict)
        {
            words.Add("not strict");
        }

        if (rules.Tags.Count > 0)
        {
            words.Add($"tags {string.Join(", ", rules.Tags)}");
        }

        if (rules.Outage.Acts)
        {
            words.Add(string.Create(CultureInfo.InvariantCulture, $"{rules.Outage.Action} after {rules.Outage.After}"));
        }

        return string.Join("; ", words);
    }
}
