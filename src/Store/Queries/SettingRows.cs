using Lorica.Store.Engines;

namespace Lorica.Store.Queries;

/// <summary>Settings of the center; VMs in which KMSs run.</summary>
public sealed class SettingRows
{
    private readonly CenterContext _db;

    internal SettingRows(CenterContext db) => _db = db;
}
