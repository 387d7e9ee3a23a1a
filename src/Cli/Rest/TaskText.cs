using Lorica.Cli.Output;
using Lorica.Contracts.Rest;

namespace Lorica.Cli.Rest;

/// <summary>Tasks in words.</summary>
internal static class TaskText
{
    public static bool HasEnded(TaskModel task) => task.State is "succeeded" or "failed" or "cancelled";

    /// <summary>The state, and whether somebody asked it to end.</summary>
    public static string State(TaskModel task)
        => task.CancelRequested && !HasEnded(task) ? $"{task.State}, to be cancelled" : task.State;

    public static string Title(TaskModel task)
    {
        var verb = task.Kind switch
        {
            "vm.import" => "Importing",
            "vm.create" => "Creating",
            "vm.encrypt" => "Encrypting",
            "vm.decrypt" => "Decrypting",
            "vm.recrypt" => "Recrypting",
            "vm.clone" => "Cloning",
            "vm.relocate" => "Relocating",
            "vm.powerOn" => "Powering on",
            "vm.powerOff" => "Powering off",
            "vm.delete" => "Removing",
            "vm.register" => "Registering",
            "vm.unregister" => "Unregistering",
            "vm.rename" => "Renaming",
            "vm.move" => "Moving",
            "vm.migrate" => "Migrating",
            "vm.disk.add" => "Adding a disk to",
            "vm.disk.attach" => "Attaching a disk to",
            "vm.disk.detach" => "Detaching a disk of",
            "vm.disk.remove" => "Removing a disk of",
            "vm.disk.resize" => "Resizing a disk of",
            "policy.apply" => "Applying",
            "vm.unlock" => "Unlocking",
            _ => task.Kind,
        };
        return task.Target.Length == 0 ? verb : $"{verb} {task.Target}";
    }

    public static string Detail(TaskModel task)
    {
        var bytes = task.BytesTotal > 0 ? $"{Sizes.Format(task.BytesDone)} of {Sizes.Format(task.BytesTotal)}" : "";
        var step = task.Step ?? "";
        return step.Length == 0 ? bytes : bytes.Length == 0 ? step : $"{step}, {bytes}";
    }
}
