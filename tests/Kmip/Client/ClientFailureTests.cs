using System.Text;
using Lorica.Kmip.Messages;
using Lorica.Kmip.Ttlv;
using Microsoft.Extensions.Time.Testing;

namespace Lorica.Kmip.Tests.Client;

/// <summary>The client against servers that break off, lie, or send rubbish.</summary>
public sealed class ClientFailureTests(KmipPki pki) : IClassFixture<KmipPki>
{
    public static TheoryData<string> Rubbish =>
    [
        "HTTP/1.1 400 Bad Request\r\n\r\n", "hex:42007b0100100008", "hex:42007b01ffffffff", "hex:42007b0100000001",
        "hex:4200780100000000", "hex:42007b0100000000", "hex:42007b010000000842007a0100000000",
    ];

    [Fact]
    public async Task A_server_that_closes_before_its_first_answer_probably_refused_our_certificate()
    {
        await using var peer = new ScriptedPeer(pki, (_, _) => null);
        await using var client = peer.Client();
        var e = await Assert.ThrowsAsync<KmipException>(() => client.NegotiateAsync(default));
        Assert.Equal(KmipErrorKind.Transport, e.Kind);
        Assert.Contains("the server closed the connection before an answer", e.Message, StringComparison.Ordinal);
        Assert.Contains("our certificate", e.Message, StringComparison.Ordinal);
        Assert.False(e.IsTransient);
        Assert.StartsWith("localhost:", e.Server, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_on_a_kept_connection_that_died_is_sent_once_more()
    {
        await using var peer = new ScriptedPeer(pki, (_, right) => right);
        await using var client = peer.Client();
        string id = await client.CreateSymmetricKeyAsync(null, default);
        int cut = 1;
        peer.Script = (_, right) => cut-- > 0 ? null : right;
        Assert.Equal(KmipKeyState.PreActive, await client.GetStateAsync(id, default));
        Assert.Equal(2, peer.Connections);
        cut = 2;
        var e = await Assert.ThrowsAsync<KmipException>(() => client.GetStateAsync(id, default));
        Assert.Equal(KmipErrorKind.Transport, e.Kind);
    }

    [Fact]
    public async Task A_key_whose_create_was_not_answered_is_taken_over_by_its_name()
    {
        await using var peer =
            new ScriptedPeer(pki, (request, right) => ScriptedPeer.OperationOf(request) == (int)Operation.Create ? null : right);
        await using var client = peer.Client();
        string id = await client.CreateSymmetricKeyAsync("lorica-1", default);
        Assert.Equal(id, Assert.Single(peer.Store.OfOwner("a")).UniqueIdentifier);
        Assert.Equal(1, peer.Operations.Count(o => o == (int)Operation.Create));
    }

    [Fact]
    public async Task A_create_that_was_never_carried_out_is_repeated_after_a_look()
    {
        int dropped = 0;
        await using var peer = new ScriptedPeer(pki, (_, right) => right);
        peer.Script = (request, right) =>
        {
            if (ScriptedPeer.OperationOf(request) != (int)Operation.Create || dropped++ > 0)
            {
                return right;
            }

            // As if it had never been.
            peer.Store.Destroy(Assert.Single(peer.Store.OfOwner("a")) with { State = KmipKeyState.Destroyed });
            return null;
        };
        await using var client = peer.Client();
        string id = await client.CreateSymmetricKeyAsync("lorica-1", default);
        Assert.Equal(id, Assert.Single(peer.Store.OfOwner("a"), o => !o.IsDestroyed).UniqueIdentifier);
        var creates = peer.Operations.Select((o, i) => (o, i)).Where(x => x.o == (int)Operation.Create).Select(x => x.i).ToList();
        Assert.Contains((int)Operation.Locate, peer.Operations[creates[0]..creates[1]]);
    }

    [Fact]
    public async Task A_create_without_a_name_is_never_repeated()
    {
        await using var peer =
            new ScriptedPeer(pki, (request, right) => ScriptedPeer.OperationOf(request) == (int)Operation.Create ? null : right);
        await using var client = peer.Client();
        var e = await Assert.ThrowsAsync<KmipException>(() => client.CreateSymmetricKeyAsync(null, default));
        Assert.True(e.MayHaveBeenCarriedOut);
        Assert.Equal(1, peer.Operations.Count(o => o == (int)Operation.Create));
    }

    [Theory]
    [MemberData(nameof(Rubbish))]
    public async Task Rubbish_is_a_protocol_failure(string rubbish)
    {
        byte[] bytes = rubbish.StartsWith("hex:", StringComparison.Ordinal)
            ? Convert.FromHexString(rubbish[4..])
            : Encoding.ASCII.GetBytes(rubbish);
        await using var peer = new ScriptedPeer(pki, (_, _) => bytes);
        await using var client = peer.Client();
        var e = await Assert.ThrowsAsync<KmipException>(() => client.QueryAsync(default));
        Assert.Equal(KmipErrorKind.Protocol, e.Kind);
        Assert.False(e.IsTransient);
    }

    [Fact]
    public async Task An_answer_cut_short_is_a_transport_failure()
    {
        await using var peer = new ScriptedPeer(pki, (_, right) => right);
        int sent = 0;
        peer.Script = (_, right) => sent++ == 0 ? right[..20] : null;
        await using var client = peer.Client(o => o with { RequestTimeout = TimeSpan.FromMilliseconds(500) });
        var e = await Assert.ThrowsAsync<KmipException>(() => client.QueryAsync(default));
        Assert.Equal(KmipErrorKind.Transport, e.Kind);
    }

    [Fact]
    public async Task A_request_that_is_not_answered_in_time_is_not_sent_again_on_a_kept_connection()
    {
        await using var peer = new ScriptedPeer(pki, (_, right) => right);
        await using var client = peer.Client(o => o with { RequestTimeout = TimeSpan.FromMilliseconds(500) });
        string id = await client.CreateSymmetricKeyAsync(null, default);
        int before = peer.Operations.Count;
        peer.Script = (_, _) => [];
        var e = await Assert.ThrowsAsync<KmipException>(() => client.GetStateAsync(id, default));
        Assert.True(e.IsTimeOut);
        Assert.Equal(before + 1, peer.Operations.Count);
    }

    [Fact]
    public async Task A_silent_server_times_out()
    {
        await using var peer = new ScriptedPeer(pki, (_, _) => []);
        await using var client = peer.Client(o => o with { RequestTimeout = TimeSpan.FromMilliseconds(200) });
        var e = await Assert.ThrowsAsync<KmipException>(() => client.QueryAsync(default));
        Assert.Equal(KmipErrorKind.Transport, e.Kind);
        Assert.True(e.IsTransient);
        Assert.Contains("did not come within", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_callers_own_cancellation_is_not_our_failure()
    {
        await using var peer = new ScriptedPeer(pki, (_, _) => []);
        await using var client = peer.Client();
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.QueryAsync(cancel.Token));
    }

    [Fact]
    public async Task Nobody_listening_is_transient()
    {
        await using var client = KmipClient.Create(new()
        {
            Host = "127.0.0.1", Port = 1, ServerTrust = new() { PinnedCertificateSha256 = new string('a', 64) },
        });
        var e = await Assert.ThrowsAsync<KmipException>(() => client.NegotiateAsync(default));
        Assert.True(e is { Kind: KmipErrorKind.Transport, IsTransient: true, MayHaveBeenCarriedOut: false });
    }

    [Theory]
    [InlineData("another identifier", KmipErrorKind.OtherObject)]
    [InlineData("another type of object", KmipErrorKind.Unusable)]
    [InlineData("a short key", KmipErrorKind.Unusable)]
    [InlineData("another format", KmipErrorKind.Unusable)]
    [InlineData("another algorithm", KmipErrorKind.Unusable)]
    [InlineData("a wrapped key", KmipErrorKind.Unusable)]
    [InlineData("no payload", KmipErrorKind.Unusable)]
    [InlineData("another operation", KmipErrorKind.Protocol)]
    [InlineData("two items", KmipErrorKind.Protocol)]
    public async Task A_key_that_is_not_what_was_asked_for_reaches_nobody(string lie, KmipErrorKind kind)
    {
        await using var peer = new ScriptedPeer(
            pki, (request, right) => ScriptedPeer.OperationOf(request) == (int)Operation.Get ? Lies.Get(lie, request) : right);
        await using var client = peer.Client();
        string id = await client.CreateSymmetricKeyAsync(null, default);
        bool called = false;
        var e = await Assert.ThrowsAsync<KmipException>(() => client.GetKeyAsync(id, _ => called = true, default));
        Assert.Equal(kind, e.Kind);
        Assert.False(called);
    }

    [Fact]
    public async Task The_key_is_gone_from_the_clients_buffer_once_it_was_given()
    {
        await using var peer = new ScriptedPeer(pki, (_, right) => right);
        await using var client = peer.Client();
        string id = await client.CreateSymmetricKeyAsync(null, default);
        nint where = 0;
        await client.GetKeyAsync(
            id,
            material =>
            {
                Assert.True(material.ContainsAnyExcept((byte)0));
                unsafe
                {
                    fixed (byte* p = material)
                    {
                        where = (nint)p;
                    }
                }
            },
            default);
        AssertZero(where);
    }

    [Fact]
    public async Task An_idle_connection_is_made_anew()
    {
        var time = new FakeTimeProvider();
        await using var peer = new ScriptedPeer(pki, (_, right) => right);
        await using var client = peer.Client(o => o with { TimeProvider = time });
        await client.NegotiateAsync(default);
        await client.NegotiateAsync(default);
        Assert.Equal(1, peer.Connections);
        time.Advance(TimeSpan.FromSeconds(61));
        await client.NegotiateAsync(default);
        Assert.Equal(2, peer.Connections);
    }

    [Fact]
    public async Task A_server_of_KMIP_1_0_is_spoken_to_in_1_0()
    {
        await using var peer = new ScriptedPeer(pki, (request, right) =>
            ScriptedPeer.OperationOf(request) == (int)Operation.DiscoverVersions
                ? Lies.Refuse(KmipResultReason.InvalidMessage)
                : right);
        await using var client = peer.Client();
        Assert.Equal(KmipVersion.V10, await client.NegotiateAsync(default));
        await client.CreateSymmetricKeyAsync("x", default);
    }

    [Fact]
    public async Task A_server_that_takes_no_names_gets_the_create_without_one()
    {
        await using var peer = new ScriptedPeer(pki, (request, right) =>
            ScriptedPeer.OperationOf(request) == (int)Operation.Create && request.AsSpan().IndexOf("Name"u8) > 0
                ? Lies.Refuse(KmipResultReason.InvalidField) : right);
        peer.Script = Chain(peer, peer.Script);
        await using var client = peer.Client();
        Assert.NotEmpty(await client.CreateSymmetricKeyAsync("x", default));
    }

    [Fact]
    public async Task Text_of_the_server_cannot_forge_a_log_line()
    {
        await using var peer =
            new ScriptedPeer(pki, (_, _) => Lies.Refuse(KmipResultReason.GeneralFailure, "a\r\nerror: b\u001b[2J"));
        await using var client = peer.Client(o => o with { MaximumVersion = KmipVersion.V10 });
        var e = await Assert.ThrowsAsync<KmipException>(() => client.QueryAsync(default));
        Assert.DoesNotContain(e.Message, char.IsControl);
    }

    [Theory]
    [InlineData("", 5696)]
    [InlineData("host", 0)]
    [InlineData("host", 70000)]
    public void Options_that_cannot_work_are_misuse(string host, int port)
    {
        var options = new KmipClientOptions { Host = host, Port = port, ServerTrust = new() { Roots = [pki.Root] } };
        Assert.Equal(KmipErrorKind.Misuse, Assert.Throws<KmipException>(() => KmipClient.Create(options)).Kind);
    }

    [Fact]
    public void A_server_known_by_nothing_is_misuse() =>
        Assert.Equal(
            KmipErrorKind.Misuse,
            Assert.Throws<KmipException>(() => KmipClient.Create(new() { Host = "h", ServerTrust = new() })).Kind);

    private static unsafe void AssertZero(nint where) =>
        Assert.False(new ReadOnlySpan<byte>((void*)where, 32).ContainsAnyExcept((byte)0));

    /// <summary>A refused Create must leave nothing in the store that answers for it.</summary>
    private static Func<byte[], byte[], byte[]?> Chain(ScriptedPeer peer, Func<byte[], byte[], byte[]?> script) =>
        (request, right) =>
    {
        byte[]? answer = script(request, right);
        if (!ReferenceEquals(answer, right))
        {
            foreach (var made in peer.Store.OfOwner("a").ToList())
            {
                peer.Store.Destroy(made with { State = KmipKeyState.Destroyed });
            }
        }

        return answer;
    };
}
