using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Lorica.Testing;

/// <summary>
/// A real file (in the page cache of the kernel, with writeback) on storage that can be told to fail: a FUSE filesystem with the
/// one file <c>disk</c>, served by a thread of the test. A write of a program succeeds as on any filesystem; when the kernel
/// writes back later, the storage takes the data or ends with an error number.
/// </summary>
/// <remarks>
/// The mount has no place in the tree of folders (<c>fsmount</c>): it ends with the handle, also when the test is killed. Needs
/// root and /dev/fuse. Protocol: include/uapi/linux/fuse.h, version 7.31.
/// </remarks>
public sealed unsafe class FailingStorage : IDisposable
{
    public const int NoSpace = 28, IoError = 5, QuotaExceeded = 122;

    private const int MaximumWrite = 128 * 1024;
    private const int InHeader = 40, OutHeader = 16, AttributeBytes = 88;
    private const ulong Root = 1, Disk = 2;

    private readonly SafeFileHandle _device;
    private readonly SafeFileHandle _mount;
    private readonly byte[] _content;
    private volatile int _error;
    private volatile int _syncError;
    private readonly List<ulong> _heldSyncs = [];
    private bool _holding;

    public FailingStorage(int length)
    {
        _content = new byte[length];
        _device = FuseLibc.Checked(FuseLibc.Open("/dev/fuse", FuseLibc.OpenReadWrite | FuseLibc.CloseOnExec), "open /dev/fuse");
        using var context = FuseLibc.NewFilesystem(
            "fuse", ("fd", _device.DangerousGetHandle().ToString()), ("rootmode", "40000"), ("user_id", "0"), ("group_id", "0"),
            ("allow_other", ""));
        _mount = FuseLibc.MountOf(context);
        new Thread(Serve) { IsBackground = true, Name = "storage" }.Start();
    }

    /// <summary>The file, for this process.</summary>
    public string Path => $"/proc/self/fd/{_mount.DangerousGetHandle()}/disk";

    /// <summary>From now on each write that reaches the storage ends with this error number; 0: it succeeds.</summary>
    public int WritesFailWith
    {
        set => _error = value;
    }

    /// <summary>From now on the storage's own answer to fsync is this error number; 0: it succeeds.</summary>
    public int SyncsFailWith
    {
        set => _syncError = value;
    }

    /// <summary>Set while a sync waits for the storage's answer.</summary>
    public ManualResetEventSlim SyncIsHeld { get; } = new();

    /// <summary>From now on the storage lets whoever syncs wait, until <see cref="ReleaseSyncs"/>.</summary>
    public void HoldSyncs()
    {
        lock (_heldSyncs)
            _holding = true;
    }

    /// <summary>Answers all syncs that wait, and each one from now on.</summary>
    public void ReleaseSyncs()
    {
        lock (_heldSyncs)
        {
            _holding = false;
            SyncIsHeld.Reset();
            _heldSyncs.ForEach(s => Reply(s, [], _syncError));
            _heldSyncs.Clear();
        }
    }

    /// <summary>What really is on the storage.</summary>
    public byte[] Stored(int offset, int length)
    {
        lock (_content)
            return _content.AsSpan(offset, length).ToArray();
    }

    /// <summary>Another program (a backup) syncs the file: the kernel writes back, and tells that program of errors.</summary>
    public bool SyncByAnother()
    {
        using var other = File.OpenHandle(Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        return FuseLibc.Sync(other) == 0;
    }

    public void Dispose()
    {
        _mount.Dispose();
        _device.Dispose();
        SyncIsHeld.Dispose();
    }

    private void Serve()
    {
        byte[] request = new byte[MaximumWrite + 4096];
        while (true)
        {
            nint n;
            fixed (byte* p = request)
            {
                try
                {
                    // SAFETY: the pinned buffer and its own length.
                    n = FuseLibc.Read(_device, p, (nuint)request.Length);
                }
                catch (ObjectDisposedException)
                {
                    return;
                }
            }

            if (n < 0 && Marshal.GetLastPInvokeError() is 2 or 4 or 11)
                continue;
            if (n < InHeader)
                return;
            Answer(request.AsSpan(0, (int)n));
        }
    }

    private void Answer(ReadOnlySpan<byte> request)
    {
        uint operation = BinaryPrimitives.ReadUInt32LittleEndian(request[4..]);
        ulong unique = BinaryPrimitives.ReadUInt64LittleEndian(request[8..]);
        ulong node = BinaryPrimitives.ReadUInt64LittleEndian(request[16..]);
        var body = request[InHeader..];
        switch (operation)
        {
            case 2 or 36 or 42: // FORGET, INTERRUPT, BATCH_FORGET want no answer
                break;
            case 1: // LOOKUP
                if (Encoding.ASCII.GetString(body.TrimEnd((byte)0)) == "disk")
                    Reply(unique, [.. U64(Disk), .. U64(1), .. U64(60), .. U64(60), .. U64(0), .. Attributes(Disk)]);
                else
                    Reply(unique, [], 2);
                break;
            case 3 or 4: // GETATTR, SETATTR
                Reply(unique, [.. U64(60), .. U64(0), .. Attributes(node)]);
                break;
            case 14 or 27: // OPEN, OPENDIR: the cache is kept
                Reply(unique, [.. U64(1), .. U64(2)]);
                break;
            case 15: // READ
                Read(unique, BinaryPrimitives.ReadInt64LittleEndian(body[8..]),
                    BinaryPrimitives.ReadInt32LittleEndian(body[16..]));
                break;
            case 16: // WRITE
                Write(unique, BinaryPrimitives.ReadInt64LittleEndian(body[8..]),
                    body.Slice(40, BinaryPrimitives.ReadInt32LittleEndian(body[16..])));
                break;
            case 17: // STATFS
                Reply(unique, new byte[80]);
                break;
            case 20: // FSYNC
                AnswerSync(unique);
                break;
            case 18 or 25 or 29 or 38: // RELEASE, FLUSH, RELEASEDIR, DESTROY
                Reply(unique, []);
                break;
            case 26: // INIT: writeback cache, large writes
                Reply(unique, [.. U32(7), .. U32(31), .. body.Slice(8, 4).ToArray(), .. U32((1 << 16) | (1 << 5)),
                    .. U32(0), .. U32(MaximumWrite), .. U32(1), .. new byte[36]]);
                break;
            default:
                Reply(unique, [], 38);
                break;
        }
    }

    private void AnswerSync(ulong unique)
    {
        lock (_heldSyncs)
        {
            if (!_holding)
            {
                Reply(unique, [], _syncError);
                return;
            }

            _heldSyncs.Add(unique);
            SyncIsHeld.Set();
        }
    }

    private void Read(ulong unique, long offset, int length)
    {
        int at = (int)Math.Min(offset, _content.Length);
        Reply(unique, Stored(at, Math.Min(length, _content.Length - at)));
    }

    private void Write(ulong unique, long offset, ReadOnlySpan<byte> data)
    {
        if (_error != 0)
        {
            Reply(unique, [], _error);
            return;
        }

        lock (_content)
            data.CopyTo(_content.AsSpan((int)offset));
        Reply(unique, [.. U32((uint)data.Length), .. U32(0)]);
    }

    private byte[] Attributes(ulong node)
    {
        byte[] a = new byte[AttributeBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(a, node);
        BinaryPrimitives.WriteInt64LittleEndian(a.AsSpan(8), node == Root ? 0 : _content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(a.AsSpan(60), node == Root ? 0x41EDu : 0x8180u);
        BinaryPrimitives.WriteUInt32LittleEndian(a.AsSpan(64), 1);
        return a;
    }

    private void Reply(ulong unique, ReadOnlySpan<byte> body, int error = 0)
    {
        byte[] reply = [.. U32((uint)(OutHeader + body.Length)), .. U32((uint)-error), .. U64(unique), .. body];
        fixed (byte* p = reply)
        {
            try
            {
                // SAFETY: the pinned buffer and its own length. An error means that nobody waits any more.
                _ = FuseLibc.Write(_device, p, (nuint)reply.Length);
            }
            catch (ObjectDisposedException)
            {
                // The test is over, and the mount is gone.
            }
        }
    }

    private static byte[] U32(uint value) => BitConverter.GetBytes(value);

    private static byte[] U64(ulong value) => BitConverter.GetBytes(value);
}
