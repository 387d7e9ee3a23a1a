using System.CommandLine;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Commands.Vms;

/// <summary>What a new virtual machine is made of, for <c>vm create</c> and <c>vm import</c>.</summary>
internal sealed class VmOptions
{
    private const long Mib = 1024 * 1024;

    private readonly Option<string?> _policy = new("--policy")
    {
        Description = "Storage policy, by name or id; the datastore default when left out.", HelpName = "POLICY",
    };

    private readonly Option<int> _cpus = new("--cpus")
    {
        Description = "Virtual processors.", HelpName = "N", DefaultValueFactory = _ => 1,
    };

    private readonly Option<long> _memory = CommonOptions.Size("--memory", "Memory.", 256 * Mib);

    private readonly Option<string?> _datastore =
        new("--datastore") { Description = "Datastore, when the host has several.", HelpName = "NAME" };

    private readonly Option<string?> _host = new("--host")
    {
        Description = "Host; when left out and there are several, the center takes one that fits and has the fewest.",
        HelpName = "NAME",
    };

    private readonly Option<string?> _folder = new("--folder")
    {
        Description = "Datacenter or folder: name, id or path.", HelpName = "FOLDER",
    };

    private readonly Option<string> _firmware = new("--firmware")
    {
        Description = "Firmware.", HelpName = "bios|uefi", DefaultValueFactory = _ => "bios",
    };

    private readonly Option<string> _provisioning = new("--provisioning")
    {
        Description = "How its disks take space.", HelpName = "thin|lazyZeroed|eagerZeroed", DefaultValueFactory = _ => "thin",
    };

    private readonly Option<string[]> _keys = KeyOptions.Create("one new key of the default provider, if the policy encrypts");

    public Argument<string> Name { get; } = new("NAME") { Description = "Name of the new virtual machine." };

    public VmOptions AddTo(Command command)
    {
        _firmware.AcceptOnlyFromAmong("bios", "uefi");
        _provisioning.AcceptOnlyFromAmong("thin", "lazyZeroed", "eagerZeroed");
        _cpus.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int cpus) && cpus < 1)
                result.AddError("--cpus: at least 1.");
        });
        command.Add(Name);
        foreach (var option in new Option[] { _policy, _cpus, _memory, _datastore, _host, _folder, _firmware,
            _provisioning, _keys })
        {
            command.Add(option);
        }

        return this;
    }

    public string Provisioning(ParseResult parsed) => parsed.GetValue(_provisioning)!;

    public CreateVmBody Body(ParseResult parsed, IReadOnlyList<CreateDiskBody> disks) => new()
    {
        Name = parsed.GetValue(Name)!,
        Policy = parsed.GetValue(_policy),
        Host = parsed.GetValue(_host),
        Folder = parsed.GetValue(_folder),
        Datastore = parsed.GetValue(_datastore),
        Cpus = parsed.GetValue(_cpus),
        MemoryMib = Math.Max(1, parsed.GetValue(_memory) / Mib),
        Firmware = parsed.GetValue(_firmware)!,
        Keys = KeyOptions.Parse(parsed.GetValue(_keys)),
        Disks = disks,
    };
}
