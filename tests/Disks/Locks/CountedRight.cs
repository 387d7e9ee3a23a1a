using Lorica.Disks.Locks;

namespace Lorica.Disks.Tests.Locks;

/// <summary>A right that is lost when it is asked for the n-th time.</summary>
internal sealed class CountedRight(int lostAt, Action? lost = null) : IWriteRight
{
    public int Asked { get; private set; }

    public bool IsValid
    {
        get
        {
            if (++Asked == lostAt)
                lost?.Invoke();
            return Asked < lostAt;
        }
    }

    public string Reason => "somebody else has the lock";
}
