using Lorica.HostContract;

namespace Lorica.Host.Tests.Contract;

public sealed class RealDiskTests : DiskContract<RealHost>;
