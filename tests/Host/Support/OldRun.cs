using System.Globalization;
using Lorica.Host.Power;

namespace Lorica.Host.Tests.Support;

/// <summary>The run state of a VM as hosts wrote it while a disk was one file.</summary>
internal static class OldRun
{
    /// <summary>Such a file, of a VM with an encrypted home and one encrypted disk on its way to another KEK.</summary>
    public static string Text(Guid vm, ProcessId vmx, Guid disk, int extent, int heldLock) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        {
          "vmId": "{{vm}}",
          "kernelBoot": "{{RunFolders.KernelBoot}}",
          "vmx": {
            "pid": {{vmx.Pid}},
            "started": {{vmx.Started}}
          },
          "qemu": null,
          "facts": {
            "home": {
              "id": "{{vm}}",
              "label": "",
              "capacity": 0,
              "provider": "kms",
              "keyId": "k1",
              "kcv": "0123456789abcdef",
              "generation": 3,
              "nextProvider": null,
              "nextKeyId": null,
              "nextKcv": null
            },
            "disks": [
              {
                "id": "{{disk}}",
                "label": "virtio0:0",
                "capacity": 262144,
                "provider": "kms",
                "keyId": "k1",
                "kcv": "0123456789abcdef",
                "generation": 4,
                "nextProvider": "kms",
                "nextKeyId": "k2",
                "nextKcv": "fedcba9876543210"
              }
            ]
          },
          "flushFailed": false,
          "nbdFd": 0,
          "diskExtentFds": {
            "virtio0:0": {{extent}}
          },
          "diskLockFds": {
            "virtio0:0": {{heldLock}}
          }
        }
        """);
}
