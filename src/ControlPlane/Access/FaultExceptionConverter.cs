using Lorica.Contracts.Faults;

namespace Lorica.ControlPlane.Access;

/// <summary>Converts refusals that a grain throws; the inner exception stays where it was thrown.</summary>
[RegisterConverter]
internal sealed class FaultExceptionConverter : IConverter<FaultException, FaultSurrogate>
{
    /// <inheritdoc />
    public FaultException ConvertFromSurrogate(in FaultSurrogate surrogate) => new(surrogate.ToFault());

    /// <inheritdoc />
    public FaultSurrogate ConvertToSurrogate(in FaultException value) => FaultSurrogate.From(value.Fault);
}
