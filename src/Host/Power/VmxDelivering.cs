using System.IO.Pipes;
using Google.Protobuf;
using Lorica.Contracts.Vmx;
using Lorica.Crypto;
using Lorica.Platform.Native;
using Lorica.Platform.Sockets;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Host.Power;

/// <summary>
/// Hands a vmx open descriptors and named secrets. The secrets go from key memory into a pipe, whose reading end goes with the
/// descriptors, and from there into the vmx's key memory.
/// </summary>
internal static class VmxDelivering
{
    private const int MaximumAnswer = 16 * 1024;

    // What all secrets of one delivery may have in bytes: an empty pipe takes a page at least without anybody reading it.
    private const int MaximumSecretBytes = 4096;

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMinutes(1);

    /// <summary>Delivers, and waits for the answer: what the vmx calls each of the descriptors.</summary>
    /// <exception cref="IOException">The vmx has gone, does not answer, or answers what is none.</exception>
    public static Func<SafeFileHandle, int> Deliver(
        DescriptorSocket socket, IReadOnlyList<SafeFileHandle> descriptors, IReadOnlyList<(string Name, KeyBuffer Key)> secrets)
    {
        var message = new VmxDelivery { Descriptors = descriptors.Count };
        message.Secrets.AddRange(secrets.Select(s => new VmxSecret { Name = s.Name, Length = s.Key.Length }));
        if (secrets.Count == 0)
        {
            socket.Send(message.ToByteArray(), [.. descriptors]);
        }
        else
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(secrets.Sum(s => s.Key.Length), MaximumSecretBytes);
            using var pipe = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.None);

            // The stream leaves an end that was looked at to the garbage collector: keys would stay in a pipe that nobody reads.
            using var reading = pipe.ClientSafePipeHandle;
            foreach (var (_, key) in secrets)
                KeyPipe.Write((int)pipe.SafePipeHandle.DangerousGetHandle(), key);
            socket.Send(message.ToByteArray(), [.. descriptors, reading]);
        }

        var numbers = Answer(socket).Numbers;
        if (numbers.Count != descriptors.Count || numbers.Any(n => n < 3) || numbers.Distinct().Count() != numbers.Count)
            throw new IOException("The vmx does not name the descriptors that it got.");
        return handle => numbers[IndexOf(descriptors, handle)];
    }

    private static int IndexOf(IReadOnlyList<SafeFileHandle> descriptors, SafeFileHandle handle)
    {
        for (int i = 0; i < descriptors.Count; i++)
        {
            if (ReferenceEquals(descriptors[i], handle))
                return i;
        }

        throw new ArgumentException("The descriptor was not delivered.", nameof(handle));
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
