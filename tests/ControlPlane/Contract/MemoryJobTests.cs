using Lorica.HostContract;

namespace Lorica.ControlPlane.Tests.Contract;

public sealed class MemoryJobTests : JobContract<MemoryHost>;
