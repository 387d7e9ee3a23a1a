using Google.Protobuf;
using Lorica.Contracts.Vmx;
using Lorica.Crypto;
using Lorica.Host.Power;
using Lorica.Platform.Sockets;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Host.Tests.Power;

/// <summary>What a host hands to a vmx, and what it believes of the answer. The test plays the vmx.</summary>
public sealed class VmxDeliveringTests : IDisposable
{
    private readonly DescriptorSocket _host, _vmx;
    private readonly SafeFileHandle _first = File.OpenHandle("/dev/null"), _second = File.OpenHandle("/dev/zero");

    public VmxDeliveringTests() => (_host, _vmx) = DescriptorSocket.Pair();

    public void Dispose()
    {
        _host.Dispose();
        _vmx.Dispose();
        _first.Dispose();
        _second.Dispose();
    }

    [Fact]
    public async Task Keys_go_through_a_pipe_by_their_names_and_descriptors_get_the_numbers_of_the_answer()
    {
        byte[] bytes = [.. Enumerable.Range(1, 96).Select(i => (byte)i)];
        using var one = KeyBuffer.CopyOf(bytes.AsSpan(0, 64).ToArray());
        using var two = KeyBuffer.CopyOf(bytes.AsSpan(64).ToArray());
        var vmx = Task.Run(
            () =>
            {
                var message = VmxDelivery.Parser.ParseFrom(_vmx.Receive(1 << 16, out var came));
                Assert.Equal(2, message.Descriptors);
                Assert.Equal([("a", 64), ("b", 32)], message.Secrets.Select(s => (s.Name, s.Length)));
                Assert.Equal(3, came.Count);
                using var pipe = new FileStream(came[2], FileAccess.Read, 0);
                using var read = new MemoryStream();
                pipe.CopyTo(read);
                Assert.Equal(bytes, read.ToArray());
                came[0].Dispose();
                came[1].Dispose();
                _vmx.Send(new VmxDelivered { Numbers = { 70, 50 } }.ToByteArray());
            },
            TestContext.Current.CancellationToken);
        var numberOf = VmxDelivering.Deliver(_host, [_first, _second], [("a", one), ("b", two)]);
        await vmx;
        Assert.Equal((70, 50), (numberOf(_first), numberOf(_second)));
        using var stranger = File.OpenHandle("/dev/null");
        Assert.Throws<ArgumentException>(() => numberOf(stranger));
    }

    /// <summary>Keys that nobody has read are gone with their pipe; the host's own end would keep them.</summary>
    [Fact]
    public async Task Nothing_of_the_pipe_stays_open_in_the_host()
    {
        using var key = KeyBuffer.CopyOf(new byte[64]);
        string pipe = "";
        var vmx = Task.Run(
            () =>
            {
                _vmx.Receive(1 << 16, out var came);
                pipe = LinkOf(came[2].DangerousGetHandle().ToString(System.Globalization.CultureInfo.InvariantCulture))!;
                foreach (var handle in came)
                    handle.Dispose();
                _vmx.Send(new VmxDelivered { Numbers = { 70, 50 } }.ToByteArray());
            },
            TestContext.Current.CancellationToken);
        VmxDelivering.Deliver(_host, [_first, _second], [("a", key)]);
        await vmx;
        Assert.StartsWith("pipe:", pipe, StringComparison.Ordinal);
        Assert.DoesNotContain(pipe, Directory.GetFiles("/proc/self/fd").Select(f => LinkOf(Path.GetFileName(f))));
    }

    private static string? LinkOf(string fd)
    {
        try
        {
            return new FileInfo("/proc/self/fd/" + fd).LinkTarget;
        }
        catch (IOException)
        {
            // Closed meanwhile, by another test.
            return null;
        }
    }

    public static TheoryData<string, byte[]> WrongAnswers => new()
    {
        { "one is missing", new VmxDelivered { Numbers = { 70 } }.ToByteArray() },
        { "one too many", new VmxDelivered { Numbers = { 70, 71, 72 } }.ToByteArray() },
        { "twice the same", new VmxDelivered { Numbers = { 70, 70 } }.ToByteArray() },
        { "standard input", new VmxDelivered { Numbers = { 70, 0 } }.ToByteArray() },
        { "no number", new VmxDelivered { Numbers = { 70, -1 } }.ToByteArray() },
        { "no answer", [0xff, 0xff, 0xff] },
    };

    [Theory]
    [MemberData(nameof(WrongAnswers))]
    public void An_answer_that_cannot_be_is_not_believed(string what, byte[] answer)
    {
        _vmx.Send(answer);
        Assert.True(Record.Exception(() => VmxDelivering.Deliver(_host, [_first, _second], [])) is IOException, what);
    }

    [Fact]
    public void A_vmx_that_ends_is_no_answer()
    {
        _vmx.Dispose();
        Assert.ThrowsAny<IOException>(() => VmxDelivering.Deliver(_host, [_first, _second], []));
    }
}
