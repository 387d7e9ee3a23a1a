using System.Text.Json;
using Lorica.Cli.Output;
using Lorica.Contracts.Names;
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
        string verb = TaskWords.Of(task.Kind);
        return task.Target.Length == 0 ? verb : $"{verb} {task.Target}";
    }

    /// <summary>What a task says of what it chose by itself, or did otherwise than it was asked.</summary>
    public static IReadOnlyList<string> Notes(TaskModel task)
        => task.Result is { ValueKind: JsonValueKind.Object } result && result.TryGetProperty("notes", out _)
            ? result.Deserialize(RestJson.Default.TaskNotesModel)?.Notes ?? []
            : [];

    public static string Detail(TaskModel task)
    {
        string bytes = task.BytesTotal > 0 ? $"{Sizes.Format(task.BytesDone)} of {Sizes.Format(task.BytesTotal)}" : "";
        string step = task.Step ?? "";
        return step.Length == 0 ? bytes : bytes.Length == 0 ? step : $"{step}, {bytes}";
    }
}
