using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Tests.Support;

namespace Lorica.ControlPlane.Tests.Rest;

public sealed class ImportTests
{
    private const string Vm = """{"name":"imp","disks":[{"capacity":4096,"data":1024},{"capacity":1024}]}""";

    [Fact]
    public async Task The_content_of_disks_reaches_the_host_at_its_offsets()
    {
        await using var center = await TestCenter.StartAsync();
        byte[] body = Stream(Json(Vm), Data(0, 512, 0xA1, 1024), Data(1, 0, 0xB2, 512), End());

        var reply = await PostAsync(center, body);

        Assert.Equal(HttpStatusCode.Accepted, reply.StatusCode);
        var task = await reply.Content.ReadFromJsonAsync(RestJson.Default.TaskModel);
        Assert.Equal(("succeeded", "vm.import"), (task!.State, task.Kind));
        var vm = center.Host.Vms.Values.Single();
        byte[] first = center.Host.Content[vm.Disks[0].ObjectId];
        Assert.Equal((0, 0xA1, 0xA1, 0), (first[511], first[512], first[1535], first[1536]));
        Assert.Equal(0xB2, center.Host.Content[vm.Disks[1].ObjectId][511]);
        Assert.Equal("imp", (await center.VmAsync("imp")).Name);
    }

    [Fact]
    public async Task An_import_with_an_encryption_policy_has_its_key_before_its_first_byte()
    {
        await using var center = await TestCenter.StartAsync();
        string json = Vm.Replace("\"name\"", $"\"policy\":\"{TestCenter.EncryptionPolicy}\",\"name\"", StringComparison.Ordinal);

        var reply = await PostAsync(center, Stream(Json(json), Data(0, 0, 1, 512), End()));

        Assert.Equal(HttpStatusCode.Accepted, reply.StatusCode);
        Assert.Equal("compliant", (await center.VmAsync("imp")).Compliance);
        Assert.Equal(3, (await center.RecordsAsync()).Count(r => r.InUse));
    }

    [Fact]
    public async Task A_malformed_or_cut_stream_is_refused_and_leaves_nothing_behind()
    {
        await using var center = await TestCenter.StartAsync();
        string other = "{\"name\":\"imp\",\"disks\":[{\"capacity\":4096}],\"surprise\":1}";
        byte[][] streams =
        [
            [], "LORICAD2"u8.ToArray(), "LORICAD1"u8.ToArray(), Stream(Json(Vm)), Stream(Data(0, 0, 1, 512), End()),
            Stream(Json(other), End()),
            Stream(Json(Vm), Data(0, 0, 1, 512)), Stream(Json(Vm), Data(2, 0, 1, 512), End()),
            Stream(Json(Vm), Data(0, 100, 1, 512), End()),
            Stream(Json(Vm), Data(0, 0, 1, 100), End()), Stream(Json(Vm), Data(0, 4096, 1, 512), End()),
            Stream(Json(Vm), Data(0, long.MaxValue - 511, 1, 512), End()),
            Stream(Json(Vm), Data(0, 1024, 1, 512), Data(0, 512, 1, 512), End()),
            Stream(Json(Vm), Data(1, 0, 1, 512), Data(0, 0, 1, 512), End()),
            Stream(Json(Vm), Json(Vm), End()), Stream(Json(Vm), End(), [1]), Stream(Json(Vm), Frame(9, 0, 0, [])),
            Stream(Json(Vm), Data(0, 0, 1, 512)[..200]),
            Stream(Json(Vm), [2, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0]),
        ];
        foreach (byte[] stream in streams)
        {
            var reply = await PostAsync(center, stream);
            string text = await reply.Content.ReadAsStringAsync();
            Assert.True(reply.StatusCode == HttpStatusCode.BadRequest,
                $"{Convert.ToHexString(stream[..Math.Min(40, stream.Length)])}: {text}");
        }

        Assert.Empty(center.Host.Vms);
        Assert.Empty((await center.GetAsync("vms", RestJson.Default.ListModelVmModel)).Items);
        Assert.All((await center.GetAsync("tasks", RestJson.Default.ListModelTaskModel)).Items.Where(t => t.Kind == "vm.import"),
            t => Assert.Equal("failed", t.State));
    }

    [Fact]
    public async Task An_import_is_cancelled_and_leaves_nothing()
    {
        await using var center = await TestCenter.StartAsync();
        string json = Vm.Replace("\"name\"", $"\"policy\":\"{TestCenter.EncryptionPolicy}\",\"name\"", StringComparison.Ordinal);
        using var content = new UnfinishedContent(Stream(Json(json), Data(0, 0, 1, 512)));
        var posting = center.Http.PostAsync("/api/v1/vms/import", content);
        TaskModel? task = null;
        await Wait.UntilAsync(
            async () => (task = (await center.GetAsync("tasks?state=unfinished", RestJson.Default.ListModelTaskModel)).Items
            .FirstOrDefault(t => t is { Kind: "vm.import", Cancellable: true })) is not null, "the import is under way");

        (await center.PostAsync($"tasks/{task!.Id}/cancel", "")).EnsureSuccessStatusCode();

        Assert.Equal(
            ("cancelled", "lorica.cancelled"), await center.EndAsync(task.Id) is var t ? (t.State, t.Fault!.Key) : default);
        content.Release();
        Assert.Equal(HttpStatusCode.Conflict, (await posting).StatusCode);
        Assert.Empty(center.Host.Vms);
        Assert.Empty((await center.GetAsync("vms", RestJson.Default.ListModelVmModel)).Items);
        Assert.DoesNotContain(await center.RecordsAsync(), r => r.InUse);
        await Wait.UntilAsync(() => center.Host.Keys.IsEmpty, "the key leaves the host");
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(center, Stream(Json(Vm), End()))).StatusCode);
    }

    /// <summary>A body that does not end before it is told to.</summary>
    private sealed class UnfinishedContent : HttpContent
    {
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly byte[] _begin;

        public UnfinishedContent(byte[] begin)
        {
            _begin = begin;
            Headers.ContentType = new MediaTypeHeaderValue(DiskStream.MediaType);
        }

        public void Release() => _end.TrySetResult();

        protected override async Task SerializeToStreamAsync(System.IO.Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(_begin);
            await stream.FlushAsync();
            await _end.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private static Task<HttpResponseMessage> PostAsync(TestCenter center, byte[] body) =>
        center.Http.PostAsync("/api/v1/vms/import",
            new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(DiskStream.MediaType) } });

    /// <summary>A whole import of a VM with one disk.</summary>
    internal static byte[] Whole(string name, string policy) => Stream(
        Json($$"""{"name":"{{name}}","policy":"{{policy}}","disks":[{"capacity":4096,"data":1024}]}"""), Data(0, 0, 1, 512),
        End());

    private static byte[] Stream(params byte[][] frames) => [.. DiskStream.Magic, .. frames.SelectMany(f => f)];

    private static byte[] Json(string json) => Frame(1, 0, 0, Encoding.UTF8.GetBytes(json));

    private static byte[] Data(byte disk, long offset, byte fill, int length) =>
        Frame(2, disk, offset, [.. Enumerable.Repeat(fill, length)]);

    private static byte[] End() => Frame(3, 0, 0, []);

    private static byte[] Frame(byte kind, byte disk, long offset, byte[] data)
    {
        byte[] frame = new byte[DiskStream.HeaderLength + data.Length];
        (frame[0], frame[1]) = (kind, disk);
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(4), data.Length);
        BinaryPrimitives.WriteInt64LittleEndian(frame.AsSpan(8), offset);
        data.CopyTo(frame, DiskStream.HeaderLength);
        return frame;
    }
}
