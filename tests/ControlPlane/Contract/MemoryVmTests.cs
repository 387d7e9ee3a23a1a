using Lorica.HostContract;

namespace Lorica.ControlPlane.Tests.Contract;

public sealed class MemoryVmTests : VmContract<MemoryHost>;
