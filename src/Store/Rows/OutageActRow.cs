using Lorica.Model;

namespace Lorica.Store.Rows;

/// <summary>What an outage of its keys has led to at a VM; gone when the outage is over.</summary>
public sealed class OutageActRow
{
    /// <summary>VM id.</summary>
    public required string VmId { get; set; }

    /// <summary>One of <see cref="OutageActions"/>.</summary>
    public required string Action { get; set; }

    /// <summary>Provider that is out of reach.</summary>
    public required string Provider { get; set; }

    /// <summary>Since when, Unix milliseconds.</summary>
    public long Since { get; set; }
}
