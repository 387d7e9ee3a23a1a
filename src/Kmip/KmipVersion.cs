namespace Lorica.Kmip;

/// <summary>A protocol version such as 1.1.</summary>
/// <param name="Major">1 in all versions that this library speaks.</param>
/// <param name="Minor">0 to 4.</param>
public readonly record struct KmipVersion(int Major, int Minor) : IComparable<KmipVersion>
{
    /// <summary>KMIP 1.0: no DiscoverVersions.</summary>
    public static KmipVersion V10 => new(1, 0);

    /// <summary>KMIP 1.1: what everything starts with.</summary>
    public static KmipVersion V11 => new(1, 1);

    /// <summary>KMIP 1.2.</summary>
    public static KmipVersion V12 => new(1, 2);

    /// <summary>KMIP 1.3.</summary>
    public static KmipVersion V13 => new(1, 3);

    /// <summary>KMIP 1.4: the newest that this library speaks.</summary>
    public static KmipVersion V14 => new(1, 4);

    /// <summary>All versions of this library, newest first.</summary>
    public static IReadOnlyList<KmipVersion> All { get; } = [V14, V13, V12, V11, V10];

    /// <inheritdoc />
    public int CompareTo(KmipVersion other) => Major != other.Major ? Major.CompareTo(other.Major) : Minor.CompareTo(other.Minor);

    /// <summary>Older than.</summary>
    public static bool operator <(KmipVersion left, KmipVersion right) => left.CompareTo(right) < 0;

    /// <summary>Newer than.</summary>
    public static bool operator >(KmipVersion left, KmipVersion right) => left.CompareTo(right) > 0;

    /// <summary>Not newer than.</summary>
    public static bool operator <=(KmipVersion left, KmipVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Not older than.</summary>
    public static bool operator >=(KmipVersion left, KmipVersion right) => left.CompareTo(right) >= 0;

    /// <inheritdoc />
    public override string ToString() => $"{Major}.{Minor}";
}
