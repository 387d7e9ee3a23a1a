namespace Lorica.ControlPlane.Tasks;

/// <summary>
/// The revision from which an edit was made: whatever is begun inside <see cref="Enter"/>, in grains too, is held against it when
/// it is about an object of one of the kinds that the edit names. What is begun on the way at another object (encryption mode of
/// the host under a VM) is not what the person looked at.
/// </summary>
public static class ExpectedRevision
{
    private const string Name = "lorica.revision";

    /// <summary>Expects <paramref name="revision"/> of the object that is edited until the scope is left.</summary>
    public static IDisposable Enter(string revision, IReadOnlyList<string> kinds)
    {
        RequestContext.Set(Name, $"{string.Join(',', kinds)}\n{revision}");
        return new Scope();
    }

    /// <summary>The revision that the caller saw of an object of <paramref name="kind"/>; null when they did not say.</summary>
    internal static string? Of(string kind)
    {
        if (RequestContext.Get(Name) is not string text)
        {
            return null;
        }

        int end = text.IndexOf('\n', StringComparison.Ordinal);
        return text[..end].Split(',').Contains(kind, StringComparer.Ordinal) ? text[(end + 1)..] : null;
    }

    private sealed class Scope : IDisposable
    {
        public void Dispose() => RequestContext.Remove(Name);
    }
}
