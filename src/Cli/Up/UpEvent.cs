namespace Lorica.Cli.Up;

/// <summary>A line of <c>lorica up --json</c>.</summary>
internal sealed record UpEvent
{
    /// <summary>
    /// <c>firstStart</c>, <c>starting</c>, <c>started</c>, <c>ready</c>, <c>crashed</c>, <c>restarted</c>, <c>notice</c>,
    /// <c>stopping</c>, <c>stopped</c>, <c>failed</c>.
    /// </summary>
    public required string Phase { get; init; }

    public string? Part { get; init; }

    public int? Pid { get; init; }

    public string? Message { get; init; }

    /// <summary>True on the one line that says that everything answers.</summary>
    public bool? Ready { get; init; }

    public string? Server { get; init; }

    /// <summary>File for <c>lorica login --profile</c>.</summary>
    public string? Profile { get; init; }

    public string? User { get; init; }

    /// <summary>Of the first administrator; at the first start only.</summary>
    public string? Password { get; init; }

    public string? Kms { get; init; }

    public string? KmsCertificateSha256 { get; init; }

    /// <summary>Whether a key provider of the suggested name is registered already.</summary>
    public bool? ProviderRegistered { get; init; }

    public string? Datastore { get; init; }

    public IReadOnlyDictionary<string, int>? Pids { get; init; }
}
