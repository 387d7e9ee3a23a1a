using System.Collections.Frozen;
using Lorica.Model;

namespace Lorica.ControlPlane.Access;

/// <summary>The roles that are always there, with the ids of the original. They cannot be edited, only cloned.</summary>
public static class BuiltInRoles
{
    /// <summary>Every privilege.</summary>
    public static Role Admin { get; } = new(-1, "Admin", "Every privilege.", Privileges.All);

    /// <summary>Sees everything, changes nothing.</summary>
    public static Role ReadOnly { get; } = new(-2, "ReadOnly", "Sees every detail, changes nothing.",
        Set(Privileges.Anonymous, Privileges.View, Privileges.Read));

    /// <summary>Sees that objects are there.</summary>
    public static Role View { get; } = new(
        -3, "View", "Sees that objects are there.", Set(Privileges.Anonymous, Privileges.View));

    /// <summary>What somebody has who is not signed in.</summary>
    public static Role Anonymous { get; } = new(
        -4, "Anonymous", "What somebody has who is not signed in.", Set(Privileges.Anonymous));

    /// <summary>Nothing: takes away below what a permission above gives.</summary>
    public static Role NoAccess { get; } = new(-5, "NoAccess", "Nothing: takes away what a permission above gives.", Set());

    /// <summary>
    /// An administrator who runs encrypted VMs and cannot read, decrypt or re-encrypt them, nor put a host into encryption mode.
    /// </summary>
    public static Role NoCryptoAdmin { get; } = new(-6, "NoCryptoAdmin", "Admin without what has to do with encryption.",
        Privileges.All.Where(p => !Privileges.IsCrypto(p)).Except(
        [
            Privileges.ReadEvents, Privileges.AddHostToCluster, Privileges.AddStandaloneHost, Privileges.ManageHostUsers,
        ]).ToFrozenSet(StringComparer.Ordinal));

    /// <summary>All of them, by id.</summary>
    public static IReadOnlyList<Role> All { get; } = [Admin, ReadOnly, View, Anonymous, NoAccess, NoCryptoAdmin];

    /// <summary>What every role that somebody makes holds too: else its objects could not be found.</summary>
    public static FrozenSet<string> Always => ReadOnly.Privileges;

    private static FrozenSet<string> Set(params string[] privileges) => privileges.ToFrozenSet(StringComparer.Ordinal);
}
