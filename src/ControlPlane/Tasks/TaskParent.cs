namespace Lorica.ControlPlane.Tasks;

/// <summary>
/// The task in which others are begun: whatever is begun inside <see cref="Enter"/>, in grains too, becomes a part of it.
/// </summary>
public static class TaskParent
{
    private const string Name = "lorica.task";

    /// <summary>Id of the task; empty for none.</summary>
    internal static string Current => RequestContext.Get(Name) as string ?? "";

    /// <summary>Begins tasks as parts of <paramref name="id"/> until the scope is left.</summary>
    public static IDisposable Enter(string id)
    {
        string before = Current;
        RequestContext.Set(Name, id);
        return new Scope(before);
    }

    private sealed class Scope(string before) : IDisposable
    {
        public void Dispose()
        {
            if (before.Length > 0)
            {
                RequestContext.Set(Name, before);
            }
            else
            {
                RequestContext.Remove(Name);
            }
        }
    }
}
