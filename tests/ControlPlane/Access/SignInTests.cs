using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Lorica.Center.Hosting;
using Lorica.Contracts.Faults;
using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.ControlPlane.Tests.Support;
using Lorica.Store;
using Microsoft.AspNetCore.Cryptography.KeyDerivation;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace Lorica.ControlPlane.Tests.Access;

public sealed class SignInTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private CenterStore _store = null!;
    private SignInService _service = null!;

    public async ValueTask InitializeAsync()
    {
        _store = await CenterStore.OpenAsync(_folder.Root, default);
        _service = new SignInService(_store, new SignInThrottle(_time), new EventLog(_store, _time), _time);
        await _service.AddAdministratorAsync("administrator", TestCenter.Password, default);
    }

    public ValueTask DisposeAsync()
    {
        _store.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Five_failures_lock_the_name_for_thirty_seconds_even_for_the_right_password()
    {
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal("lorica.signInRefused", await RefusalAsync("administrator", "wrong password"));
        }

        Assert.Equal("lorica.signInLocked", await RefusalAsync("administrator", TestCenter.Password));

        // Who guesses elsewhere does not lock out the owner of the name.
        Assert.Equal(
            "administrator", (await _service.SignInAsync("administrator", TestCenter.Password, "198.51.100.1", default)).User);
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal("lorica.signInLocked", await RefusalAsync("administrator", TestCenter.Password));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(
            "administrator", (await _service.SignInAsync("administrator", TestCenter.Password, "192.0.2.1", default)).User);
    }

    [Fact]
    public async Task An_unknown_name_is_locked_like_a_known_one()
    {
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal("lorica.signInRefused", await RefusalAsync("nobody", "wrong password"));
        }

        Assert.Equal("lorica.signInLocked", await RefusalAsync("nobody", "wrong password"));
    }

    [Fact]
    public async Task A_refusal_waits_for_no_event_whether_a_user_has_the_name_or_nobody()
    {
        var (held, free) = (new TaskCompletionSource(), new TaskCompletionSource());
        var writer = _store.WriteAsync(async _ =>
        {
            held.SetResult();
            await free.Task;
        });
        await held.Task;
        foreach (string name in new[] { "administrator", "nobody" })
        {
            for (int i = 0; i < SignInThrottle.Limit; i++)
            {
                Assert.Equal("lorica.signInRefused", await RefusalAsync(name, "wrong password").WaitAsync(Patience));
            }

            Assert.Equal("lorica.signInLocked", await RefusalAsync(name, "wrong password").WaitAsync(Patience));
        }

        free.SetResult();
        await writer;
        var log = new EventLog(_store, _time);
        await Wait.UntilAsync(
            async () => (await log.ListAsync(null, 10, default)).Any(e => e.Id == EventIds.SignInLocked),
            "the lock has its event");
    }

    [Fact]
    public void Names_that_are_made_up_drive_no_real_one_out_of_the_count()
    {
        var throttle = new SignInThrottle(_time);
        for (int i = 0; i < SignInThrottle.Limit; i++)
        {
            throttle.Failed("administrator", "192.0.2.1", real: true);
        }

        for (int i = 0; i < 3 * SignInThrottle.MaximumEntries; i++)
        {
            _time.Advance(TimeSpan.FromMicroseconds(1));
            throttle.Failed($"nobody{i}", "198.51.100.1", real: false);
        }

        Assert.True(throttle.LockedFor("administrator", "192.0.2.1") > TimeSpan.Zero);
    }

    [Fact]
    public async Task A_session_ends_after_eight_hours_and_at_sign_out()
    {
        var first = await _service.SignInAsync("administrator", TestCenter.Password, "192.0.2.1", default);
        var second = await _service.SignInAsync("administrator", TestCenter.Password, "192.0.2.1", default);
        await _service.SignOutAsync(second.Token, default);
        await Assert.ThrowsAsync<FaultException>(() => _service.AuthenticateAsync(second.Token, default));
        Assert.Equal("administrator", (await _service.AuthenticateAsync(first.Token, default)).User);
        _time.Advance(TimeSpan.FromHours(8));
        await Assert.ThrowsAsync<FaultException>(() => _service.AuthenticateAsync(first.Token, default));
    }

    [Fact]
    public async Task A_new_password_set_offline_replaces_the_old_one_and_ends_the_sessions()
    {
        Directory.CreateDirectory(_folder.Path("pki"));
        var session = await _service.SignInAsync("administrator", TestCenter.Password, "192.0.2.1", default);
        Assert.Equal(
            0, await AdminPasswordCommand.RunAsync(_folder.Root, new StringReader("another password\n"), _time, default));
        await Assert.ThrowsAsync<FaultException>(() => _service.AuthenticateAsync(session.Token, default));
        Assert.Equal("lorica.signInRefused", await RefusalAsync("administrator", TestCenter.Password));
        Assert.Equal(
            "administrator", (await _service.SignInAsync("administrator", "another password", "192.0.2.1", default)).User);
        Assert.Contains(await new EventLog(_store, _time).ListAsync(null, 10, default), e => e.Id == EventIds.PasswordSet);
    }

    [Fact]
    public async Task A_new_password_that_is_no_good_changes_nothing()
    {
        Directory.CreateDirectory(_folder.Path("pki"));
        var session = await _service.SignInAsync("administrator", TestCenter.Password, "192.0.2.1", default);
        await Assert.ThrowsAsync<FaultException>(
            () => AdminPasswordCommand.RunAsync(_folder.Root, new StringReader("short"), _time, default));
        await Assert.ThrowsAsync<CommandException>(
            () => AdminPasswordCommand.RunAsync(_folder.Root, new StringReader(""), _time, default));
        Assert.Equal("administrator", (await _service.AuthenticateAsync(session.Token, default)).User);
    }

    [Fact]
    public async Task A_new_password_needs_a_center_and_makes_none()
    {
        string empty = _folder.Path("empty");
        await Assert.ThrowsAsync<CommandException>(
            () => AdminPasswordCommand.RunAsync(empty, new StringReader("another password"), _time, default));
        Assert.False(Directory.Exists(empty));
    }

    [Fact]
    public async Task Neither_token_nor_password_is_in_the_database()
    {
        var session = await _service.SignInAsync("administrator", TestCenter.Password, "192.0.2.1", default);
        var row = await _store.ReadAsync(db => db.Raw.Sessions.SingleAsync());
        Assert.Equal(64, session.Token.Length);
        Assert.NotEqual(session.Token, row.TokenHash);
        byte[] bytes = Directory.GetFiles(_folder.Root).SelectMany(f =>
        {
            using var file = new FileStream(f, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            byte[] all = new byte[file.Length];
            file.ReadExactly(all);
            return all;
        }).ToArray();
        Assert.Equal(-1, bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(session.Token)));
        Assert.Equal(-1, bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(TestCenter.Password)));
    }

    [Fact]
    public async Task A_password_is_hashed_in_210_000_rounds_of_PBKDF2_with_a_salt()
    {
        byte[] hash = Convert.FromBase64String(await _store.ReadAsync(db => db.Raw.Users.Select(u => u.PasswordHash)
            .SingleAsync()));
        Assert.Equal(1, hash[0]);
        Assert.Equal((uint)KeyDerivationPrf.HMACSHA512, BinaryPrimitives.ReadUInt32BigEndian(hash.AsSpan(1)));
        Assert.Equal(210_000u, BinaryPrimitives.ReadUInt32BigEndian(hash.AsSpan(5)));
        Assert.Equal(16u, BinaryPrimitives.ReadUInt32BigEndian(hash.AsSpan(9)));
    }

    [Fact]
    public async Task Without_a_session_nothing_but_signing_in_and_health_is_answered()
    {
        await using var center = await TestCenter.StartAsync(provider: false);
        using var http = center.Anonymous();
        foreach (string path in new[] { "vms", "tasks", "events", "hosts", "providers", "policies", "broker", "vms/a/console" })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/api/v1/" + path)).StatusCode);
        }

        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", new string('0', 64));
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/api/v1/vms")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health")).StatusCode);
    }

    private async Task<string> RefusalAsync(string user, string password) =>
        (await Assert.ThrowsAsync<FaultException>(() => _service.SignInAsync(user, password, "192.0.2.1", default))).Fault.Key;
}
