using Lorica.ControlPlane.Access;
using Lorica.ControlPlane.Audit;
using Lorica.Store;
using Lorica.Store.Rows;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Lorica.ControlPlane.Tests.Support;

/// <summary>
/// The state folder that every center of the tests begins with: its schema applied, its administrator made as `lorica-center
/// init` does it. Made once in a process and copied. The administrator's hash has one round only, because each center of the
/// tests is signed in to: a hash says itself how many rounds it has, and the right number is tested with other people's.
/// </summary>
internal static class TestState
{
    private static readonly PasswordHasher<UserRow> OneRound = new(Options.Create(
        new PasswordHasherOptions { IterationCount = 1 }));

    private static readonly SemaphoreSlim Making = new(1, 1);
    private static byte[]? _database;

    /// <summary>Makes <paramref name="folder"/> as a copy.</summary>
    public static async Task MakeAsync(string folder)
    {
        byte[] database = await DatabaseAsync();
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllBytesAsync(CenterStore.PathIn(folder), database);
        File.SetUnixFileMode(CenterStore.PathIn(folder), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static async Task<byte[]> DatabaseAsync()
    {
        await Making.WaitAsync();
        try
        {
            return _database ??= await MakeAsync();
        }
        finally
        {
            Making.Release();
        }
    }

    private static async Task<byte[]> MakeAsync()
    {
        using var folder = new TestFolder();
        using (var store = await CenterStore.OpenAsync(folder.Root, default))
        {
            var events = new EventLog(store, TimeProvider.System);
            await new SignInService(store, new SignInThrottle(TimeProvider.System), events, TimeProvider.System)
                .AddAdministratorAsync(SignInService.Administrator, TestCenter.Password, default);
            await store.WriteAsync(db =>
            {
                db.Raw.Users.Single(u => u.Name == SignInService.Administrator).PasswordHash =
                    OneRound.HashPassword(null!, TestCenter.Password);
                return Task.CompletedTask;
            });
        }

        // Closed: SQLite has brought its log into the file.
        Assert.Equal([CenterStore.PathIn(folder.Root)], Directory.GetFiles(folder.Root));
        return await File.ReadAllBytesAsync(CenterStore.PathIn(folder.Root));
    }
}
