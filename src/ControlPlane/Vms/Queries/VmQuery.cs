using Lorica.Contracts.Rest;
using Lorica.Store;

namespace Lorica.ControlPlane.Vms.Queries;

/// <summary>Which VMs are asked for; what is null does not matter.</summary>
public sealed record VmQuery
{
    /// <summary>Most VMs of one page.</summary>
    public const int MaximumLimit = 1000;

    /// <summary>Name.</summary>
    public TextPattern? Name { get; init; }

    /// <summary>Name of the host.</summary>
    public TextPattern? Host { get; init; }

    /// <summary>Whether they run.</summary>
    public TextPattern? PowerState { get; init; }

    /// <summary>Whether they are locked.</summary>
    public TextPattern? CryptoState { get; init; }

    /// <summary>Whether they are as their policies say.</summary>
    public TextPattern? Compliance { get; init; }

    /// <summary>Name of the policy of VM home.</summary>
    public TextPattern? Policy { get; init; }

    /// <summary>Whether VM home is encrypted: <c>true</c> or <c>false</c>.</summary>
    public TextPattern? Encrypted { get; init; }

    /// <summary>Most VMs of the page; null for all of them.</summary>
    public int? Limit { get; init; }

    /// <summary>Where the page before ended.</summary>
    public string? Cursor { get; init; }

    /// <summary>Name and id behind which the page begins.</summary>
    internal (string Name, string Id)? After
    {
        get
        {
            if (Cursor is null)
            {
                return null;
            }

            string key = Store.Cursor.Key(Cursor);
            int end = key.IndexOf('\0', StringComparison.Ordinal);
            return end < 0 ? (key, "") : (key[..end], key[(end + 1)..]);
        }
    }

    /// <summary>Whether the database alone can tell which VMs are meant.</summary>
    internal bool IsOfRows =>
        PowerState is null && Compliance is null && Encrypted is null && Name?.IsAscii != false && CryptoState?.IsAscii != false;

    /// <summary>Whether a VM is one of those.</summary>
    internal bool Matches(VmModel vm) =>
        Name?.Matches(vm.Name) != false && Host?.Matches(vm.Host) != false && PowerState?.Matches(vm.PowerState) != false
        && CryptoState?.Matches(vm.CryptoState) != false && Compliance?.Matches(vm.Compliance) != false
        && Policy?.Matches(vm.Policy.Name) != false && Encrypted?.Matches(vm.Encrypted ? "true" : "false") != false;

    /// <summary>The cursor behind a VM.</summary>
    internal static string CursorOf(VmPlace vm) => Store.Cursor.Of(vm.Name + "\0" + vm.Id);
}
