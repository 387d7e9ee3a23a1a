using Google.Protobuf;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Vmx;
using Lorica.Nbd;
using Lorica.Platform.Sockets;
using Lorica.Vmx.Consoles;
using Lorica.Vmx.Deliveries;
using Lorica.Vmx.Guest;

namespace Lorica.Vmx.Control;

/// <summary>What each request of the host means.</summary>
internal sealed class ControlRequests(
    string vm, StatusBoard board, GuestSupervisor guest, ConsoleRing ring, SerialLine serial,
    IReadOnlyList<NbdExport> exports, HeldDelivery held, TimeProvider time, Func<bool>? flushFailed = null)
{
    private const int ConsoleChunk = 256 * 1024;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan DefaultPowerOff = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPowerOff = TimeSpan.FromHours(1);
    private readonly TaskCompletionSource _collected = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the guest has ended and somebody was given the console's end.</summary>
    public Task Collected => _collected.Task;

    /// <summary>Set when there is a reason to refuse more than usual.</summary>
    public Fault? Fault { get; set; }

    /// <summary>Whether descriptors may come with a request.</summary>
    public static bool TakesDescriptors(VmxRequest request) => request.WhatCase == VmxRequest.WhatOneofCase.Delivery;

    /// <param name="request">What is asked for.</param>
    /// <param name="frame">What it came in, with descriptors only where they may come.</param>
    /// <param name="ct">Gives up.</param>
    public async Task<VmxReply> AnswerAsync(VmxRequest request, ReceivedFrame frame, CancellationToken ct)
    {
        var reply = new VmxReply();
        switch (request.WhatCase)
        {
            case VmxRequest.WhatOneofCase.Status:
                break;
            case VmxRequest.WhatOneofCase.Wait:
                await board.WaitAsync(request.Wait.Seen, Bounded(request.Wait.WaitMs), ct);
                break;
            case VmxRequest.WhatOneofCase.PowerOff:
                guest.PowerOff(request.PowerOff.Hard, PowerOffTime(request.PowerOff.TimeoutSeconds));
                break;
            case VmxRequest.WhatOneofCase.Pause:
                guest.Pause(request.Pause.Paused);
                break;
            case VmxRequest.WhatOneofCase.Reset when board.Current.State != GuestState.Running:
                Refuse(reply, FaultTypes.InvalidState, "lorica.guestStandsStill",
                    $"The guest is {board.Current.State.Name()}: only one that runs is reset.");
                break;
            case VmxRequest.WhatOneofCase.Reset:
                guest.Reset();
                break;
            case VmxRequest.WhatOneofCase.ReadConsole:
                await ring.WaitAsync(request.ReadConsole.FromOffset, Bounded(request.ReadConsole.WaitMs), time, ct);
                var (offset, data, end) = ring.Read(request.ReadConsole.FromOffset, ConsoleChunk);
                reply.Console = new VmxConsole { Offset = offset, Data = UnsafeByteOperations.UnsafeWrap(data), EndOffset = end };
                break;
            case VmxRequest.WhatOneofCase.WriteConsole:
                if (!await serial.WriteAsync(request.WriteConsole.Data.Memory, ct))
                    Refuse(reply, FaultTypes.InvalidState, "lorica.consoleBusy", "The guest's serial port takes no input.");
                break;
            case VmxRequest.WhatOneofCase.Delivery
                when board.Current.State is not (GuestState.Running or GuestState.Paused or GuestState.IoError):
                Refuse(reply, FaultTypes.InvalidState, "lorica.guestNotUp",
                    $"The guest is {board.Current.State.Name()}: nothing is delivered to it.");
                break;
            case VmxRequest.WhatOneofCase.Delivery:
                await DeliverAsync(request.Delivery, frame, reply);
                break;
            default:
                Refuse(reply, FaultTypes.InvalidArgument, "lorica.unknownRequest", "This vmx does not know the request.");
                break;
        }

        reply.Status = Status();
        if (reply.Fault is null && Fault is { } fault)
            reply.Fault = FaultCodec.ToMessage(fault);
        return reply;
    }

    /// <summary>A reply has been sent.</summary>
    public void Answered(VmxReply reply)
    {
        if (reply.Status.Guest == GuestState.Ended.Name() && reply.Console is { } console
            && console.Offset + console.Data.Length == console.EndOffset)
        {
            _collected.TrySetResult();
        }
    }

    private async Task DeliverAsync(VmxDelivery delivery, ReceivedFrame frame, VmxReply reply)
    {
        try
        {
            // It may wait for the host to close a pipe.
            reply.Delivered = await Task.Run(() => held.Take(delivery, frame.Take()), CancellationToken.None);
        }
        catch (Exception e) when (e is VmxException or IOException)
        {
            Refuse(reply, FaultTypes.InvalidArgument, "lorica.deliveryRefused", e.Message);
        }
    }

    private VmxStatus Status()
    {
        var now = board.Current;
        return new VmxStatus
        {
            Version = now.Version,
            Guest = now.State.Name(),
            Ended = now.End.Name(),
            FlushFailed = flushFailed?.Invoke() == true,
            QemuPid = now.QemuPid,
            Detail = now.Detail,
            Reads = exports.Sum(e => e.Statistics.Reads),
            Writes = exports.Sum(e => e.Statistics.Writes),
            ReadBytes = exports.Sum(e => e.Statistics.ReadBytes),
            WriteBytes = exports.Sum(e => e.Statistics.WrittenBytes),
            HeldSecrets = { held.Names },
        };
    }

    private void Refuse(VmxReply reply, string type, string key, string message) =>
        reply.Fault = FaultCodec.ToMessage(new Fault(type, key, vm, message));

    private static TimeSpan Bounded(int milliseconds) =>
        TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 0, (int)LongestWait.TotalMilliseconds));

    private static TimeSpan PowerOffTime(int seconds) =>
        seconds <= 0 ? DefaultPowerOff : TimeSpan.FromSeconds(Math.Min(seconds, (int)LongestPowerOff.TotalSeconds));
}
