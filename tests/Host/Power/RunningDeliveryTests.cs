using System.Net.Sockets;
using Google.Protobuf;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Host;
using Lorica.Contracts.Vmx;
using Lorica.Crypto;
using Lorica.Host.Power;
using Lorica.Host.Refusals;
using Lorica.Host.Tests.Support;
using Lorica.Platform.Sockets;

namespace Lorica.Host.Tests.Power;

/// <summary>What a host delivers to a vmx that runs.</summary>
public sealed class RunningDeliveryTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly TestKek _kek = TestKek.Make("k1");
    private readonly TestVm _vm;
    private TestHost _host = null!;

    public RunningDeliveryTests() => _vm = new TestVm("a", _kek);

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync(_folder);
        await _host.DeliverAsync(_kek);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_real_vmx_holds_what_its_host_delivers_and_lets_go_of_it()
    {
        await _host.StopAsync();
        _host.Config = _host.Config with { Vmx = Programs.Vmx };
        await _host.StartAsync();
        await _host.DeliverAsync(_kek);
        _vm.Request.MemoryMib = 64;
        var on = new PowerOnRequest { VmId = _vm.Id, Epoch = _vm.NextEpoch };
        on.Records.AddRange(TestVm.RecordsOf(await _vm.ImportAsync(_host.Client)));
        await _host.Client.PowerOnAsync(on);
        var running = _host.Node.Table.Find(_vm.Id).Entry.Running!;
        var runs = new RunFolders(_host.Config.RunFolder);
        string path = _folder.Path("delivered");
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite);
        using var key = KeyBuffer.CopyOf(new byte[64]);

        var numberOf = await VmxDelivering.DeliverAsync(running, runs, [file], [("virtio0:1/0", key)], CancellationToken.None);
        string held = $"/proc/{running.State.Vmx!.Pid}/fd/{numberOf(file)}";
        Assert.Equal(path, new FileInfo(held).LinkTarget);
        var status = await VmxControl.CallOnceAsync(
            runs.ControlSocket(running.Id), new VmxRequest { Status = new VmxStatusRequest() }, CancellationToken.None);
        Assert.Equal(["virtio0:1/0"], status.Status.HeldSecrets);

        // A secret that the machine was started with stays what it is.
        var refused = await Assert.ThrowsAsync<FaultException>(() => VmxDelivering.DeliverAsync(
            running, runs, [], [("virtio0:0/0", key)], CancellationToken.None));
        Assert.Equal("lorica.deliveryRefused", refused.Fault.Key);
        Assert.Equal(path, new FileInfo(held).LinkTarget);

        await VmxDelivering.DeliverAsync(running, runs, [], [], CancellationToken.None);
        Assert.NotEqual(path, new FileInfo(held).LinkTarget);
        await _host.Client.PowerOffAsync(new PowerOffRequest { VmId = _vm.Id, Epoch = _vm.NextEpoch, Hard = true });
    }

    [Theory]
    [InlineData("old", "lorica.vmxTooOld")]
    [InlineData("gone", Refuse.VmxAwayKey)]
    [InlineData("wrong", Refuse.VmxAwayKey)]
    public async Task A_vmx_that_does_not_take_it_is_told_apart(string what, string key)
    {
        await _vm.ImportAsync(_host.Client);
        var registration = _host.Node.Table.Find(_vm.Id).Registration;
        var runs = new RunFolders(_host.Config.RunFolder);
        using var listening = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listening.Bind(new UnixDomainSocketEndPoint(runs.ControlSocket(registration.Id)));
        listening.Listen();
        var vmx = Task.Run(async () =>
        {
            using var host = new FrameSocket(await listening.AcceptAsync());
            using var came = await host.ReceiveAsync(1 << 20, CancellationToken.None);
            var reply = new VmxReply { Status = new VmxStatus() };
            if (what == "gone")
                return;
            if (what == "old")
                reply.Fault = FaultCodec.ToMessage(new Fault(FaultTypes.InvalidArgument, "lorica.unknownRequest", "a", "No."));
            else
                reply.Delivered = new VmxDelivered { Numbers = { 70, 71 } };
            await host.SendAsync(reply.ToByteArray(), [], CancellationToken.None);
        });
        var state = new RunState
        {
            VmId = registration.Id, KernelBoot = RunFolders.KernelBoot, Disks = [],
            Facts = new RunFacts { Home = new VerifiedObject { Id = registration.Id }, Disks = [] },
        };
        using var file = File.OpenHandle("/dev/null");
        var refused = await Assert.ThrowsAsync<FaultException>(() => VmxDelivering.DeliverAsync(
            new RunningVm(registration, state, runs), runs, [file], [], CancellationToken.None));
        Assert.Equal(key, refused.Fault.Key);
        await vmx;
    }
}
