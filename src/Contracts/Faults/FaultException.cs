namespace Lorica.Contracts.Faults;

/// <summary>The one exception in which a <see cref="Faults.Fault"/> travels inside a process.</summary>
public sealed class FaultException : Exception
{
    /// <summary>Wraps <paramref name="fault"/>; <paramref name="inner"/> stays in the log and is never shown.</summary>
    public FaultException(Fault fault, Exception? inner = null)
        : base(fault.Message, inner) => Fault = fault;

    /// <summary>What is refused, and why.</summary>
    public Fault Fault { get; }
}
