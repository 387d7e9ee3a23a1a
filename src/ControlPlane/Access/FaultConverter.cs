using Lorica.Contracts.Faults;

namespace Lorica.ControlPlane.Access;

/// <summary>Converts faults for the serializer of grain calls.</summary>
[RegisterConverter]
internal sealed class FaultConverter : IConverter<Fault, FaultSurrogate>
{
    /// <inheritdoc />
    public Fault ConvertFromSurrogate(in FaultSurrogate surrogate) => surrogate.ToFault();

    /// <inheritdoc />
    public FaultSurrogate ConvertToSurrogate(in Fault value) => FaultSurrogate.From(value);
}
