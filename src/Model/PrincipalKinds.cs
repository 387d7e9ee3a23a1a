namespace Lorica.Model;

/// <summary>Who can be given a permission.</summary>
public static class PrincipalKinds
{
    /// <summary>A person.</summary>
    public const string User = "user";

    /// <summary>Several persons.</summary>
    public const string Group = "group";
}
