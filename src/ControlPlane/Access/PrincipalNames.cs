using Lorica.Contracts.Faults;
using Lorica.Contracts.Names;
using Lorica.Model;
using Lorica.Store;

namespace Lorica.ControlPlane.Access;

/// <summary>Names of users, groups and roles.</summary>
internal static class PrincipalNames
{
    private const int Maximum = 64;
    private const int MaximumText = 200;

    /// <summary>Letters, digits, dot, underscore, hyphen and at; begins with a letter or digit.</summary>
    public static void Check(string name)
    {
        if (name.Length > Maximum || !NameRule.Allows(name) || !char.IsAsciiLetterOrDigit(name[0])
            || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-' or '@')))
        {
            throw Invalid("lorica.principalName", name,
                $"A name has 1 to {Maximum} letters, digits, dots, underscores, hyphens or @, "
                    + "begins with a letter or digit, and looks like no id.");
        }

        if (string.Equals(name, Caller.SystemName, StringComparison.OrdinalIgnoreCase))
        {
            throw Invalid("lorica.principalName", name, $"{Caller.SystemName} is the center itself.");
        }
    }

    /// <summary>The same for a role, which has a number for an id.</summary>
    public static void CheckRole(string name)
    {
        Check(name);
        if (name.All(char.IsAsciiDigit))
        {
            throw Invalid("lorica.principalName", name, "The name of a role is no number: that is the id of one.");
        }
    }

    /// <summary>A description: one line, not long.</summary>
    public static string Text(string? text, string name) => text is null ? ""
        : text.Length <= MaximumText && !text.Any(char.IsControl) ? text
        : throw Invalid(
            "lorica.description", name, $"A description has at most {MaximumText} characters and no control characters.");

    /// <summary>No user and no group has the name, in whatever case.</summary>
    public static async Task RequireFreeAsync(CenterDb db, string name, CancellationToken ct)
    {
        if (await db.Users.IsTakenAsync(name, ct) || await db.Groups.IsTakenAsync(name, ct))
        {
            throw new FaultException(new Fault(FaultTypes.AlreadyExists, "lorica.principalExists", name,
                $"There is a user or group {name} already.", "Choose another name."));
        }
    }

    private static FaultException Invalid(string key, string name, string rule) =>
        new(new Fault(FaultTypes.InvalidArgument, key, name, rule, "Choose another one."));
}
