using System.Text.Json;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Vmx;
using Lorica.Host.Files;
using Lorica.Host.Refusals;
using Lorica.Host.Registry;
using Lorica.Platform.Native;

namespace Lorica.Host.Power;

/// <summary>
/// The run folder: <c>RUN</c> 0711 · <c>RUN/ctl</c> 0700, root only: control sockets and run states · <c>RUN/ID8</c> 0700, the
/// VM's uid: NBD, QMP and serial sockets. ID8 are the first eight digits of the VM's id.
/// </summary>
internal sealed class RunFolders
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Passable = Private | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const int MaximumState = 64 * 1024;

    private readonly string _root;

    public RunFolders(string root)
    {
        _root = root;
        MakePassable(root);
        File.SetUnixFileMode(root, Passable);
        Directory.CreateDirectory(Control, Private);
        File.SetUnixFileMode(Control, Private);
    }

    private string Control => Path.Combine(_root, "ctl");

    /// <summary>The VM's own folder.</summary>
    public string OfVm(Guid vm) => Path.Combine(_root, Short(vm));

    public string ControlSocket(Guid vm) => Path.Combine(Control, Short(vm) + ".sock");

    public string NbdSocket(Guid vm) => Path.Combine(OfVm(vm), "nbd.sock");

    /// <summary>Refuses when a folder above would keep the VM's uid out of its own folder.</summary>
    public void RequireReachable()
    {
        for (var folder = new DirectoryInfo(_root); folder is not null; folder = folder.Parent)
        {
            if (!folder.UnixFileMode.HasFlag(UnixFileMode.OtherExecute))
            {
                throw Refuse.With(FaultTypes.InvalidState, "lorica.runFolderClosed", _root,
                    $"The folder {folder.FullName} is closed to the users of VMs, which have to reach theirs below {_root}.",
                    $"Use a run folder elsewhere (/run/lorica), or chmod 711 {folder.FullName}.");
            }
        }
    }

    /// <summary>
    /// Makes the VM's folder, or takes it back from its uid: until <see cref="Give"/> nobody but root changes what is in it.
    /// </summary>
    public void Prepare(Guid vm)
    {
        Directory.CreateDirectory(OfVm(vm), Private);
        using var folder = Folder.Open(OfVm(vm));
        folder.TakeBack();
    }

    /// <summary>Gives the VM's folder to the VM's uid.</summary>
    public void Give(Guid vm, uint uid) => PosixFile.ChangeOwner(OfVm(vm), uid, uid);

    /// <summary>
    /// Removes all that a run of the VM left. No process of its uid runs any more, and the folder is taken back first: root never
    /// follows what others may change under it. Another VM's files (whose ids begin alike) stay.
    /// </summary>
    public void Remove(Guid vm)
    {
        if (IsTaken(vm))
            return;
        if (Directory.Exists(OfVm(vm)))
        {
            using (var folder = Folder.Open(OfVm(vm)))
            {
                folder.TakeBack();
                foreach (string name in folder.Names())
                    folder.DeleteTree(name);
            }

            Directory.Delete(OfVm(vm));
        }

        File.Delete(ControlSocket(vm));
        File.Delete(Path.Combine(Control, StateName(vm)));
    }

    /// <summary>Whether a vmx of the VM left the note that a disk failed to make acknowledged writes durable.</summary>
    public bool HasFailureNote(Guid vm)
    {
        if (!Directory.Exists(OfVm(vm)) || IsTaken(vm))
            return false;
        using var folder = Folder.Open(OfVm(vm));
        return folder.Has(VmxFiles.FlushFailed);
    }

    /// <summary>Whether another VM, whose id begins with the same digits, has the place of this one.</summary>
    public bool IsTaken(Guid vm) => ReadAny(vm) is { } state && state.VmId != vm;

    /// <summary>Durable on return.</summary>
    public void Write(RunState state)
    {
        using var folder = Folder.Open(Control);
        folder.Replace(StateName(state.VmId), JsonSerializer.SerializeToUtf8Bytes(state, StateJson.Default.RunState));
    }

    /// <summary>What is kept of a run of the VM since the machine's start, or null.</summary>
    public RunState? Read(Guid vm) => ReadAny(vm) is { } state && state.VmId == vm ? state : null;

    private RunState? ReadAny(Guid vm)
    {
        using var folder = Folder.Open(Control);
        try
        {
            var state = folder.Read(StateName(vm), MaximumState) is { } bytes ? Parse(bytes) : null;
            return state?.KernelBoot == KernelBoot ? state : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Each form has a member that it must have and that the other one does not know.
    private static RunState? Parse(byte[] bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, StateJson.Default.RunState);
        }
        catch (JsonException)
        {
            return JsonSerializer.Deserialize(bytes, StateJson.Default.OldRunState)?.ToRunState();
        }
    }

    /// <summary>The kernel's boot id.</summary>
    public static string KernelBoot { get; } = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    /// <summary>Makes a folder and what is missing above it such that others may pass, but not look.</summary>
    private static void MakePassable(string folder)
    {
        if (Directory.Exists(folder))
            return;
        if (Path.GetDirectoryName(folder) is { Length: > 0 } parent)
            MakePassable(parent);
        Directory.CreateDirectory(folder);
        File.SetUnixFileMode(folder, Passable);
    }

    private static string Short(Guid vm) => vm.ToString("N")[..8];

    private static string StateName(Guid vm) => Short(vm) + ".json";
}
