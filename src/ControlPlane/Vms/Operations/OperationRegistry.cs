using Lorica.Contracts.Faults;
using Microsoft.Extensions.DependencyInjection;

namespace Lorica.ControlPlane.Vms.Operations;

/// <summary>Finds operations: by the request that asks for them, and by the kind of their tasks.</summary>
internal sealed class OperationRegistry
{
    private readonly Dictionary<string, VmWork> _byKind;
    private readonly Dictionary<Type, IVmOperation> _byRequest;

    /// <summary>Of all works.</summary>
    public OperationRegistry(IEnumerable<VmWork> works)
    {
        _byKind = works.ToDictionary(w => w.Info.Kind, StringComparer.Ordinal);
        _byRequest = _byKind.Values.OfType<IVmOperation>().ToDictionary(o => o.RequestType);
    }

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<VmWork> Works => _byKind.Values;

    /// <summary>Adds every work of this assembly, and this.</summary>
    public static IServiceCollection Add(IServiceCollection services)
    {
        foreach (var type in typeof(VmWork).Assembly.GetTypes().Where(t => !t.IsAbstract && t.IsSubclassOf(typeof(VmWork))))
        {
            services.AddSingleton(type).AddSingleton(p => (VmWork)p.GetRequiredService(type));
        }

        return services.AddSingleton<OperationServices>().AddSingleton<OperationRegistry>();
    }

    /// <summary>The operation that a request asks for.</summary>
    public IVmOperation Of(object request) => _byRequest.TryGetValue(request.GetType(), out var operation) ? operation
        : throw new ArgumentException($"No operation takes a {request.GetType().Name}.", nameof(request));

    /// <summary>The operation whose tasks have a kind.</summary>
    public IVmOperation OperationOf(string kind) => Of(kind) as IVmOperation
        ?? throw new ArgumentException($"{kind} is not asked of a VM.", nameof(kind));

    /// <summary>What tasks of a kind do.</summary>
    /// <exception cref="FaultException">NotSupported: none that this center knows.</exception>
    public VmWork Of(string kind) => _byKind.GetValueOrDefault(kind)
        ?? throw new FaultException(new Fault(FaultTypes.NotSupported, "lorica.unknownTask", kind,
            $"This center does not know tasks of kind {kind}.", "It was begun by a newer one; use that."));
}
