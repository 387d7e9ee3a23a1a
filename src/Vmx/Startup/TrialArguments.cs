using Lorica.Contracts.Vmx;

namespace Lorica.Vmx.Startup;

/// <summary>What to try: the accelerator, the path of QEMU, a folder of this user.</summary>
internal sealed record TrialArguments(VmxAccelerator Accelerator, string Qemu, string Folder);
