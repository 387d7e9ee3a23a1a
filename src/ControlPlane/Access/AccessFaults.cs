using Lorica.Contracts.Faults;
using Lorica.Model;

namespace Lorica.ControlPlane.Access;

/// <summary>Refusals of this folder.</summary>
internal static class AccessFaults
{
    /// <summary>NoPermission: the key is the privilege, the object is where it is missing.</summary>
    public static FaultException NoPermission(Caller caller, string privilege, ObjectRef target) =>
        new Refusal(caller, privilege, target).In(new FaultException(new Fault(FaultTypes.NoPermission, privilege, target.Name,
            $"{caller.User}{(caller.TokenId.Length > 0 ? " (by an API token)" : "")} does not hold {privilege} at {target.Name}.",
            Hint(caller, privilege, target))));

    /// <summary>A privilege that is not in the list is a mistake of the program.</summary>
    public static void RequireKnown(string privilege)
    {
        if (!Privileges.All.Contains(privilege))
        {
            throw new ArgumentException($"{privilege} is not in Privileges.", nameof(privilege));
        }
    }

    private static string Hint(Caller caller, string privilege, ObjectRef target)
    {
        string who = Privileges.IsCrypto(privilege)
            ? "That is kept to those who administer encryption; ask one of them to do it"
            : "Ask an administrator to do it";
        string grant = $"`lorica permission grant --user {caller.User} --role ROLE --on {On(target)}`";
        return caller.TokenId.Length > 0
            ? $"{who}, or for a token whose scope holds it, if you hold it yourself."
            : $"{who}, or to give you a role that holds it: {grant}.";
    }

    private static string On(ObjectRef target) => target.Kind switch
    {
        ObjectKinds.Root or ObjectKinds.Policy or ObjectKinds.Provider or ObjectKinds.Principal => "root",
        _ => $"{target.Kind}:{target.Name}",
    };
}
