namespace Lorica.Host.Power;

/// <summary>A link of a disk as a vmx holds it, by the numbers of its descriptors there; 0 for one that is not known.</summary>
/// <param name="Id">The link's object id.</param>
/// <param name="ExtentFd">Its data file.</param>
/// <param name="LockFd">Its lock.</param>
internal sealed record RunLink(Guid Id, int ExtentFd, int LockFd);
