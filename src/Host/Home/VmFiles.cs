using System.Buffers;
using System.Globalization;
using Lorica.Contracts.Faults;
using Lorica.Host.Files;
using Lorica.Host.Refusals;

namespace Lorica.Host.Home;

/// <summary>
/// The one place that says which files of a folder are a VM's. Two VMs, and disks that are nobody's, may lie in one folder, so a
/// name that begins like the VM's says nothing; what says something is
/// <list type="bullet">
/// <item>the VM's own files, by their exact names (<see cref="OfHome"/>),</item>
/// <item>the disks that its VMX names, wherever they got their names (<see cref="OfDisk"/>),</item>
/// <item>less what another VMX in the folder names as well: that is never touched.</item>
/// </list>
/// <code>
/// FILE.vmx               the VMX                 .FILE.vmx.new        being written
/// FILE.console           the last run's console  .FILE.console.new    being written
/// FILE.console.sealed    the same while a home is encrypted           .FILE.console.sealed.new
/// FILE.console.refused   set aside               .FILE.vmx.lock       the VM's lock
/// NAME.vmdk              a disk's descriptor     .NAME.vmdk.new       being written
/// NAME-flat.vmdk         its data                .NAME.transition     its job under way
///                                                .NAME.lock           the disk's lock
/// </code>
/// No two of these are one file, whatever FILE and NAME are, but for a disk called as another one's data file (which the disks
/// library refuses) and one called as a VMX, whose lock would be a VM's (<see cref="IsNewDiskName"/>).
/// </summary>
internal sealed class VmFiles
{
    private const string VmxEnding = ".vmx", FlatEnding = "-flat", LockEnding = ".lock";

    private const int IdDigits = 12;
    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");

    private readonly string _file;

    private VmFiles(string file, IReadOnlyList<VmDiskModel> disks, IReadOnlyDictionary<string, string> others) =>
        (_file, Disks, Others) = (file, disks, others);

    /// <summary>The disks that the VMX names and no other VMX of the folder does.</summary>
    public IReadOnlyList<VmDiskModel> Disks { get; }

    /// <summary>Every file that another VMX of the folder names, or that is its VM's, with the name of that VM.</summary>
    public IReadOnlyDictionary<string, string> Others { get; }

    /// <summary>
    /// Looks at a VM's folder. A VMX that is not there names nothing. One that cannot be read, or is another VM's, is refused:
    /// nothing then tells what is the VM's.
    /// </summary>
    public static VmFiles Of(VmHome home)
    {
        var registration = home.Registration;
        var disks = home.Folder.Has(registration.VmxName) ? home.ReadModel().Disks : [];
        var others = OthersIn(home.Folder, registration.VmxName);
        var own = disks.Where(d => !d.Links.SelectMany(l => OfDisk(l.Name)).Any(others.ContainsKey));
        return new VmFiles(registration.File, [.. own], others);
    }

    /// <summary>
    /// The files of all other VMs whose VMX lies in a folder, registered or not, each with the name of its VM. A VMX that cannot
    /// be read is refused by its name: it may name any disk of the folder.
    /// </summary>
    public static IReadOnlyDictionary<string, string> OthersIn(Folder folder, string ownVmx)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string vmx in folder.Names().Where(n => n != ownVmx && n[0] != '.'
            && n.EndsWith(VmxEnding, StringComparison.Ordinal) && n.Length > VmxEnding.Length))
        {
            string file = vmx[..^VmxEnding.Length];
            var (name, disks) = Read(folder, vmx, file);
            foreach (string owned in disks.SelectMany(OfDisk).Concat(OfHome(file)).Append(vmx).Append(LockOf(file)))
                files.TryAdd(owned, name);
        }

        return files;
    }

    /// <summary>A VM's own files beside VMX, lock and disks: those that stay with it, and those that a crash leaves.</summary>
    public static IReadOnlyList<string> OfHome(string file) =>
        [.. Carried(file), Aside(file + VmxEnding), .. Carried(file).Select(Aside)];

    /// <summary>Those of them that go with the VM to another folder.</summary>
    public static IReadOnlyList<string> Carried(string file) =>
        [file + ConsoleFile.Ending, file + ConsoleFile.SealedEnding, file + ConsoleFile.RefusedEnding];

    /// <summary>All files of a disk, the lock last.</summary>
    public static IReadOnlyList<string> OfDisk(string name) =>
        [Descriptor(name), Data(name), Aside(Descriptor(name)), $".{name}.transition", DiskLockOf(name)];

    /// <summary>The VM's lock file.</summary>
    public static string LockOf(string file) => $".{file}{VmxEnding}{LockEnding}";

    /// <summary>A disk's data file.</summary>
    public static string Data(string name) => name + FlatEnding + VmDiskModel.Ending;

    /// <summary>A disk's descriptor.</summary>
    public static string Descriptor(string name) => name + VmDiskModel.Ending;

    /// <summary>A disk's lock file.</summary>
    public static string DiskLockOf(string name) => $".{name}{LockEnding}";

    /// <summary>
    /// Whether a disk may come to have this name in a VM's folder: one that ends like a VMX would have the lock file of the VM of
    /// that name, and the two would keep each other out.
    /// </summary>
    public static bool IsNewDiskName(string name) =>
        !name.EndsWith(VmxEnding, StringComparison.OrdinalIgnoreCase)
        && !name.EndsWith(FlatEnding, StringComparison.OrdinalIgnoreCase);

    /// <summary>Name of a disk that is made with a VM, by its place among them.</summary>
    public static string NameOf(string file, int index) =>
        index == 0 ? file : string.Create(CultureInfo.InvariantCulture, $"{file}_{index}");

    /// <summary>Name of a disk that is added to a VM, by its object id.</summary>
    public static string NameOf(string file, Guid disk) => $"{file}-{disk.ToString("N")[..IdDigits]}";

    /// <summary>
    /// Names of disks of which only the lock file is left in a folder: they were removed, or moved away, and nobody has a use for
    /// it. Only names that this VM's own disks get: an empty file that is called like a lock may be any program's. A VM's lock
    /// file is none of these.
    /// </summary>
    public IReadOnlyList<string> LockedNames(Folder folder)
    {
        var names = folder.Names().ToHashSet(StringComparer.Ordinal);
        return
        [
            .. names.Where(n => n.Length > LockEnding.Length + 1 && n[0] == '.'
                    && n.EndsWith(LockEnding, StringComparison.Ordinal) && !Others.ContainsKey(n))
                .Select(n => n[1..^LockEnding.Length])
                .Where(n => IsMadeName(n)
                    && !names.Contains(Descriptor(n)) && !names.Contains(Data(n))),
        ];
    }

    /// <summary>Refuses a file that another VM in the folder has.</summary>
    public static void RequireNobodys(Folder folder, string ownVmx, string fileName, string shown)
    {
        string? owner = OthersIn(folder, ownVmx)
            .Where(o => o.Key.Equals(fileName, StringComparison.OrdinalIgnoreCase)).Select(o => o.Value).FirstOrDefault();
        if (owner is not null)
        {
            throw Refuse.With(FaultTypes.InvalidDeviceSpec, "msg.hostd.deviceSpec.enc.sharedBacking", shown,
                $"{shown} is a disk of the VM {owner}: two VMs never share one.", "Detach it there first, or clone that VM.");
        }
    }

    private static (string Name, IEnumerable<string> Disks) Read(Folder folder, string vmx, string file)
    {
        try
        {
            // One that has gone since the names were read names nothing.
            if (folder.Read(vmx, VmxFile.MaximumBytes) is not { } bytes)
                return (file, []);
            var model = VmModel.From(VmxFile.Parse(bytes));
            return (model.Name, model.Disks.SelectMany(d => d.Links).Select(l => l.Name));
        }
        catch (Exception e) when (e is FormatException or IOException or FaultException)
        {
            throw Refuse.With(FaultTypes.InvalidState, "lorica.vmxUnreadable", vmx,
                $"{vmx} in the same folder cannot be read, so nothing tells which disks there are its VM's: {e.Message}",
                $"Put {vmx} right, or move it to another folder.", e);
        }
    }

    private bool IsMadeName(string name)
    {
        if (name == _file)
            return true;
        if (!name.StartsWith(_file, StringComparison.Ordinal))
            return false;
        var rest = name.AsSpan(_file.Length);
        return (rest[0] == '-' && rest.Length == IdDigits + 1 && rest[1..].IndexOfAnyExcept(Hex) < 0)
            || (rest[0] == '_' && int.TryParse(rest[1..], NumberStyles.None, CultureInfo.InvariantCulture, out int index)
                && name == NameOf(_file, index));
    }

    private static string Aside(string name) => $".{name}.new";
}
