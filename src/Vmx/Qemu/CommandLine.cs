using System.Text;
using System.Text.Json;
using Lorica.Contracts.Vmx;

namespace Lorica.Vmx.Qemu;

/// <summary>
/// QEMU's arguments for one machine. Pure: the same configuration gives the same words. Nothing of the user's own text is among
/// them but checked labels and paths, and never a key. A restarted vmx needs none of this: the machine goes on with what it was
/// started with.
/// </summary>
internal static class CommandLine
{
    /// <summary>
    /// How long QEMU holds requests back while its disks' server is away. The host brings a dead vmx back within seconds; beyond
    /// this the guest is stopped (werror, rerror), never given an error.
    /// </summary>
    public const int ReconnectSeconds = 300;

    private const int OpenSeconds = 20;
    private const string Sandbox = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny";

    /// <summary>Everything after the program's name.</summary>
    public static IReadOnlyList<string> For(VmxConfig config)
    {
        List<string> words =
        [
            "-name", "lorica-" + config.VmId[..8],
            "-no-user-config", "-nodefaults", "-display", "none", "-monitor", "none",
            .. Machine(config.Accelerator),
            "-smp", Number(config.Cpus),
            "-m", Number(config.MemoryMib) + "M",
            "-rtc", "base=utc",

            // Held until the console listens, so that the guest's first words are not lost.
            "-S",
            "-sandbox", Sandbox,
            "-chardev", SocketCharacterDevice("qmp", Path.Combine(config.RunFolder, Sockets.Qmp)),
            "-mon", "chardev=qmp,mode=control",
            "-chardev", SocketCharacterDevice("serial", Path.Combine(config.RunFolder, Sockets.Serial)),
            "-serial", "chardev:serial",
            "-object", "rng-builtin,id=rng", "-device", "virtio-rng-pci,rng=rng",
        ];

        for (int i = 0; i < config.Exports.Count; i++)
        {
            words.Add("-blockdev");
            words.Add(BlockNode(config, config.Exports[i], i));
            words.Add("-device");
            words.Add($"virtio-blk-pci,id=disk{i},drive=node{i},bootindex={i + 1},werror=stop,rerror=stop");
        }

        return words;
    }

    /// <summary>
    /// A machine that starts from the boot sector of <paramref name="image"/> by the firmware of real guests, and ends with the
    /// number that the guest writes to the port <see cref="BootTrial.ExitPort"/>.
    /// </summary>
    public static IReadOnlyList<string> ForTrial(VmxAccelerator accelerator, string image) =>
    [
        "-name", "lorica-trial",
        "-no-user-config", "-nodefaults", "-display", "none", "-monitor", "none",
        .. Machine(accelerator),
        "-m", "64M",
        "-sandbox", Sandbox,
        "-blockdev", Json(json =>
        {
            json.WriteString("driver", "file");
            json.WriteString("node-name", "boot");
            json.WriteString("filename", image);
            json.WriteBoolean("read-only", true);
        }),
        "-device", "virtio-blk-pci,drive=boot,bootindex=1",
        "-device", $"isa-debug-exit,iobase={BootTrial.ExitPort},iosize=1",
    ];

    /// <summary>What QEMU gets of the environment: nothing but a path and a language.</summary>
    public static IReadOnlyList<string> Environment { get; } = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C", "LC_ALL=C"];

    // A comma in a value is written twice.
    private static string SocketCharacterDevice(string id, string path) =>
        $"socket,id={id},path={path.Replace(",", ",,", StringComparison.Ordinal)},server=on,wait=off";

    // No display: firmware and boot loader talk on the serial port.
    private static IReadOnlyList<string> Machine(VmxAccelerator accelerator)
    {
        var (name, processor) = accelerator switch
        {
            VmxAccelerator.Emulation => ("tcg", "max"),
            VmxAccelerator.Kvm => ("kvm", "host"),
            VmxAccelerator.KvmWithoutArchCapabilities => ("kvm", "host,-arch-capabilities"),
            _ => throw new VmxException(VmxErrorKind.BadConfig, $"The accelerator {accelerator} is unknown."),
        };
        return ["-machine", $"q35,accel={name},graphics=off", "-cpu", processor];
    }

    private static string BlockNode(VmxConfig config, VmxExport disk, int index) => Json(json =>
    {
        json.WriteString("driver", "nbd");
        json.WriteString("node-name", $"node{index}");
        json.WriteStartObject("server");
        json.WriteString("type", "unix");
        json.WriteString("path", Path.Combine(config.RunFolder, Sockets.Nbd));
        json.WriteEndObject();
        json.WriteString("export", disk.Label);
        json.WriteNumber("reconnect-delay", ReconnectSeconds);
        json.WriteNumber("open-timeout", OpenSeconds);
        json.WriteString("discard", "unmap");
    });

    private static string Json(Action<Utf8JsonWriter> members)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static string Number(long n) => n.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
