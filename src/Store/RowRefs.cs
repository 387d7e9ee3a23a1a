using Lorica.Model;
using Lorica.Store.Rows;

namespace Lorica.Store;

/// <summary>What rows are as objects of the inventory.</summary>
public static class RowRefs
{
    extension(ObjectRef)
    {
        /// <summary>A VM.</summary>
        public static ObjectRef Of(VmRow vm) => new(ObjectKinds.Vm, vm.Id, vm.Name);

        /// <summary>A VM.</summary>
        public static ObjectRef Of(VmPlace vm) => new(ObjectKinds.Vm, vm.Id, vm.Name);

        /// <summary>A host.</summary>
        public static ObjectRef Of(HostRow host) => new(ObjectKinds.Host, host.Id, host.Name);

        /// <summary>A container.</summary>
        public static ObjectRef Of(ContainerRow container) => new(container.Kind, container.Id, container.Name);
    }
}
