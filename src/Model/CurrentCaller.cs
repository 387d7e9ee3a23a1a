namespace Lorica.Model;

/// <summary>
/// On whose behalf this code runs: whatever is written inside <see cref="Enter"/>, in grains and in work that they begin too,
/// tells where its request came from. It decides nothing: privileges are asked of the caller that is handed on.
/// </summary>
public static class CurrentCaller
{
    private const string Name = "lorica.caller";

    /// <summary>The caller; null for none.</summary>
    public static Caller? Value => RequestContext.Get(Name) as Caller;

    /// <summary>Acts for <paramref name="caller"/> until the scope is left.</summary>
    public static IDisposable Enter(Caller caller)
    {
        var before = Value;
        RequestContext.Set(Name, caller);
        return new Scope(before);
    }

    private sealed class Scope(Caller? before) : IDisposable
    {
        public void Dispose()
        {
            if (before is null)
            {
                RequestContext.Remove(Name);
            }
            else
            {
                RequestContext.Set(Name, before);
            }
        }
    }
}
