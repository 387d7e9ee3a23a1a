using System.Text.Json;
using Lorica.Contracts.Faults;
using Lorica.Model;

namespace Lorica.ControlPlane.Tasks;

/// <summary>The text in which a task keeps its <see cref="VmTaskArguments"/>.</summary>
internal static class TaskArguments
{
    /// <summary>As the table keeps it.</summary>
    public static string Format(VmTaskArguments arguments) =>
        JsonSerializer.Serialize(arguments with { Version = VmTaskArguments.Current }, StoreJson.Default.VmTaskArguments);

    /// <summary>Reads either form; of the first the parts that are common to all operations.</summary>
    /// <exception cref="FaultException">NotSupported: a newer center wrote it.</exception>
    public static VmTaskArguments Parse(string text)
    {
        if (text.Length == 0)
        {
            return new VmTaskArguments();
        }

        var arguments = JsonSerializer.Deserialize(text, StoreJson.Default.VmTaskArguments) ?? new VmTaskArguments();
        if (arguments.Version > VmTaskArguments.Current)
        {
            throw new FaultException(new Fault(FaultTypes.NotSupported, "lorica.unknownTask", "",
                $"This center does not know the form {arguments.Version} of what a task keeps.",
                "It was begun by a newer one; use that."));
        }

        if (arguments.Version > 0)
        {
            return arguments;
        }

        var first = First(text);
        return arguments with
        {
            Path = first.Life?.Path ?? "",
            Asked =
            [
                .. first.Asked, .. first.Life?.Asked ?? [],
                .. first is { Create: not null, Provider: not null } ? [Privileges.EncryptNew] : Array.Empty<string>(),
            ],
        };
    }

    /// <summary>The whole of the first form.</summary>
    public static FirstTaskArguments First(string text) =>
        JsonSerializer.Deserialize(text, StoreJson.Default.FirstTaskArguments) ?? new FirstTaskArguments();
}
