using Google.Protobuf;
using Lorica.Contracts.Faults;
using Lorica.Contracts.Vmx;
using Lorica.Crypto;
using Lorica.Host.Refusals;
using Lorica.Platform.Native;
using Lorica.Platform.Sockets;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Host.Power;

/// <summary>
/// Hands a vmx open descriptors and named secrets, by one message: at its start over the socket that it inherits, later over its
/// control socket.
/// </summary>
internal static class VmxDelivering
{
    private const int MaximumAnswer = 16 * 1024;

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMinutes(1);

    /// <summary>Delivers to a vmx that starts, and waits for the answer: what the vmx calls each of the descriptors.</summary>
    /// <exception cref="IOException">The vmx has gone, does not answer, or answers what is none.</exception>
    public static Func<SafeFileHandle, int> Deliver(
        DescriptorSocket socket, IReadOnlyList<SafeFileHandle> descriptors, IReadOnlyList<(string Name, KeyBuffer Key)> secrets)
    {
        using (var delivery = new OutgoingDelivery(descriptors, secrets))
        {
            socket.Send(delivery.Message.ToByteArray(), delivery.Handles);
            return delivery.NumbersOf(Answer(socket));
        }
    }

    /// <summary>
    /// Delivers to a vmx that runs. It holds them beside what it has until it is told what they are for, and lets go of what an
    /// earlier delivery brought and nothing has taken up; an empty delivery does only that.
    /// </summary>
    /// <returns>What the vmx calls each of the descriptors.</returns>
    public static async Task<Func<SafeFileHandle, int>> DeliverAsync(
        RunningVm running, RunFolders folders, IReadOnlyList<SafeFileHandle> descriptors,
        IReadOnlyList<(string Name, KeyBuffer Key)> secrets, CancellationToken ct)
    {
        string about = running.Registration.DisplayPath;
        using var delivery = new OutgoingDelivery(descriptors, secrets);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(AnswerLimit);
        try
        {
            using var control = await VmxControl.ConnectAsync(folders.ControlSocket(running.Id), limit.Token);
            var reply = await control.CallAsync(
                new VmxRequest { Delivery = delivery.Message }, delivery.Handles, limit.Token);
            return delivery.NumbersOf(reply.Delivered);
        }
        catch (FaultException e) when (e.Fault.Key == "lorica.unknownRequest")
        {
            throw new FaultException(
                new Fault(FaultTypes.NotSupported, "lorica.vmxTooOld", about,
                    $"The vmx that serves {about} is of an earlier version, which takes nothing while it runs.",
                    "Power the VM off and on."), e);
        }
        catch (Exception e) when (e is IOException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw Refuse.VmxAway(about, e);
        }
    }

    private static VmxDelivered Answer(DescriptorSocket socket)
    {
        if (!FileDescriptors.WaitReadable(socket.Handle, (int)AnswerLimit.TotalMilliseconds))
            throw new IOException("The vmx does not answer.");
        byte[] answer = socket.Receive(MaximumAnswer, out var came) ?? throw new EndOfStreamException("The vmx ended.");
        foreach (var stray in came)
            stray.Dispose();
        try
        {
            return VmxDelivered.Parser.ParseFrom(answer);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new IOException("The vmx sent what is no answer.", e);
        }
    }
}
