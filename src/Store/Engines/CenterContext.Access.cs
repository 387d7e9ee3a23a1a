using Lorica.Store.Rows;
using Microsoft.EntityFrameworkCore;

namespace Lorica.Store.Engines;

/// <summary>Tables of people and what they may.</summary>
internal sealed partial class CenterContext
{
    /// <summary>Users.</summary>
    public DbSet<UserRow> Users => Set<UserRow>();

    /// <summary>Sessions.</summary>
    public DbSet<SessionRow> Sessions => Set<SessionRow>();

    /// <summary>API tokens.</summary>
    public DbSet<TokenRow> Tokens => Set<TokenRow>();

    /// <summary>Groups.</summary>
    public DbSet<GroupRow> Groups => Set<GroupRow>();

    /// <summary>Who is in which group.</summary>
    public DbSet<GroupMemberRow> GroupMembers => Set<GroupMemberRow>();

    /// <summary>Roles that somebody made; the built-in ones have no rows.</summary>
    public DbSet<RoleRow> Roles => Set<RoleRow>();

    /// <summary>What those roles hold.</summary>
    public DbSet<RolePrivilegeRow> RolePrivileges => Set<RolePrivilegeRow>();

    /// <summary>Permissions.</summary>
    public DbSet<PermissionRow> Permissions => Set<PermissionRow>();

    private static void ConfigureAccess(ModelBuilder model)
    {
        model.Entity<TokenRow>().ToTable("tokens").HasKey(t => t.Id);
        model.Entity<GroupRow>().ToTable("groups").HasKey(g => g.Name);
        model.Entity<GroupMemberRow>().ToTable("group_members").HasKey(m => new { m.GroupName, m.UserName });
        model.Entity<RoleRow>().ToTable("roles").HasKey(r => r.Id);
        model.Entity<RolePrivilegeRow>().ToTable("role_privileges").HasKey(p => new { p.RoleId, p.Privilege });
        model.Entity<PermissionRow>().ToTable("permissions").HasKey(p => p.Number);
        model.Entity<UserRow>().ToTable("users").HasKey(u => u.Name);
        model.Entity<SessionRow>().ToTable("sessions").HasKey(s => s.TokenHash);
    }
}
