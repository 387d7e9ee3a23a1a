namespace Lorica.ControlPlane.Policies;

/// <summary>Compliance of VM home or a disk with its policy, as in the original.</summary>
public static class ComplianceStates
{
    /// <summary>The files are as the policy wants.</summary>
    public const string Compliant = "compliant";

    /// <summary>They are not.</summary>
    public const string NonCompliant = "nonCompliant";

    /// <summary>The policy's rules were edited after it was applied: apply it again.</summary>
    public const string OutOfDate = "outOfDate";

    /// <summary>The policy has no rules, and the files do not differ from that.</summary>
    public const string NotApplicable = "notApplicable";

    /// <summary>The files could not be read, or what they say does not verify.</summary>
    public const string Unknown = "unknown";

    private static readonly string[] WorstFirst = [NonCompliant, OutOfDate, Unknown, Compliant, NotApplicable];

    /// <summary>The worst of <paramref name="states"/>.</summary>
    public static string Worst(IEnumerable<string> states)
    {
        var all = states.ToHashSet(StringComparer.Ordinal);
        return WorstFirst.FirstOrDefault(all.Contains) ?? NotApplicable;
    }
}
