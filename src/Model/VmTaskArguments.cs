using System.Text.Json;

namespace Lorica.Model;

/// <summary>
/// What a task on a VM keeps, enough to take it up again after a restart: the request of its operation, and what every operation
/// decides in the same way when it begins.
/// <code>
/// version 1 (no field)   one record for all operations: <see cref="FirstTaskArguments"/>; only read
/// version 2              the operation's own request under "request", the rest beside it
/// </code>
/// </summary>
internal sealed record VmTaskArguments
{
    /// <summary>The version that is written.</summary>
    public const int Current = 2;

    /// <summary>Version of the form.</summary>
    public int Version { get; set; }

    /// <summary>The operation's request, with what it decided itself.</summary>
    public JsonElement? Request { get; set; }

    /// <summary>
    /// Privileges beside those of the operation that the caller was asked for; they are again when it is taken up.
    /// </summary>
    public IReadOnlyList<string> Asked { get; set; } = [];

    /// <summary>Policy id.</summary>
    public string? PolicyId { get; set; }

    /// <summary>Version of the policy's rules that the task carries out; null for those at its end.</summary>
    public long? RulesVersion { get; set; }

    /// <summary>Object ids that get the policy.</summary>
    public IReadOnlyList<string> PolicyObjects { get; set; } = [];

    /// <summary>Object ids (VM home, disks) whose files the operation changes.</summary>
    public IReadOnlyList<string> Objects { get; set; } = [];

    /// <summary>Provider of the new key.</summary>
    public string? Provider { get; set; }

    /// <summary>A key that the VM has already, when a broken-off encryption is finished.</summary>
    public string? KeyId { get; set; }

    /// <summary>Its check value.</summary>
    public string? Kcv { get; set; }

    /// <summary>Keys of the objects, where they are not all the one above.</summary>
    public IReadOnlyList<KeyGroup> Keys { get; set; } = [];

    /// <summary>Object id of the copy by object id of the source.</summary>
    public IReadOnlyDictionary<string, string> Copies { get; set; } = new Dictionary<string, string>();

    /// <summary>Where the files of a VM lie that is on its way into the inventory; empty else.</summary>
    public string Path { get; set; } = "";
}
