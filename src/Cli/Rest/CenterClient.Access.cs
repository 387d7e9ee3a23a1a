using Lorica.Contracts.Rest;

namespace Lorica.Cli.Rest;

/// <summary>People and what they may.</summary>
internal sealed partial class CenterClient
{
    public Task<ListModel<UserModel>> UsersAsync(CancellationToken ct) =>
        GetAsync(Api + "users", RestJson.Default.ListModelUserModel, ct);

    public Task<UserModel> AddUserAsync(AddUserBody body, CancellationToken ct)
        => PostAsync(Api + "users", body, RestJson.Default.AddUserBody, RestJson.Default.UserModel, ct);

    public Task RemoveUserAsync(string name, CancellationToken ct) => DeleteAsync($"{Api}users/{Escape(name)}", ct);

    public Task SetPasswordAsync(string name, SetPasswordBody body, CancellationToken ct)
        => PutAsync($"{Api}users/{Escape(name)}/password", JsonBody(body, RestJson.Default.SetPasswordBody), ct);

    public Task<ListModel<GroupModel>> GroupsAsync(CancellationToken ct) =>
        GetAsync(Api + "groups", RestJson.Default.ListModelGroupModel, ct);

    public Task<GroupModel> AddGroupAsync(AddGroupBody body, CancellationToken ct)
        => PostAsync(Api + "groups", body, RestJson.Default.AddGroupBody, RestJson.Default.GroupModel, ct);

    public Task RemoveGroupAsync(string name, CancellationToken ct) => DeleteAsync($"{Api}groups/{Escape(name)}", ct);

    public Task AddMemberAsync(string group, string user, CancellationToken ct) => PutAsync(Member(group, user), null, ct);

    public Task RemoveMemberAsync(string group, string user, CancellationToken ct) => DeleteAsync(Member(group, user), ct);

    public Task<ListModel<RoleModel>> RolesAsync(CancellationToken ct) =>
        GetAsync(Api + "roles", RestJson.Default.ListModelRoleModel, ct);

    public Task<RoleModel> RoleAsync(string name, CancellationToken ct) => GetAsync(Role(name), RestJson.Default.RoleModel, ct);

    public Task<RoleModel> CloneRoleAsync(string source, CloneRoleBody body, CancellationToken ct)
        => PostAsync(Role(source) + "/clone", body, RestJson.Default.CloneRoleBody, RestJson.Default.RoleModel, ct);

    public Task<RoleModel> SetRoleAsync(string name, SetRoleBody body, CancellationToken ct)
        => SendAsync(HttpMethod.Put, Role(name), JsonBody(body, RestJson.Default.SetRoleBody), RestJson.Default.RoleModel,
            null, ct, Role(name));

    public Task RemoveRoleAsync(string name, CancellationToken ct) => DeleteAsync(Role(name), ct);

    public Task<ListModel<PermissionModel>> PermissionsAsync(string? on, CancellationToken ct)
        => GetAsync(
            Api + "permissions" + (on is null ? "" : "?object=" + Escape(on)), RestJson.Default.ListModelPermissionModel, ct);

    public Task<PermissionModel> GrantAsync(GrantBody body, CancellationToken ct)
        => SendAsync(
            HttpMethod.Put, Api + "permissions", JsonBody(body, RestJson.Default.GrantBody),
            RestJson.Default.PermissionModel, null, ct);

    public Task RevokeAsync(string? user, string? group, string on, CancellationToken ct)
        => DeleteAsync($"{Api}permissions?object={Escape(on)}{Query("user", user)}{Query("group", group)}", ct);

    public Task<EffectiveModel> EffectiveAsync(string on, string? user, CancellationToken ct)
        => GetAsync($"{Api}permissions/effective?object={Escape(on)}{Query("user", user)}", RestJson.Default.EffectiveModel, ct);

    public Task<ListModel<TokenModel>> TokensAsync(bool all, CancellationToken ct)
        => GetAsync(Api + "tokens" + (all ? "?all=true" : ""), RestJson.Default.ListModelTokenModel, ct);

    public Task<CreatedTokenModel> CreateTokenAsync(CreateTokenBody body, CancellationToken ct)
        => PostAsync(Api + "tokens", body, RestJson.Default.CreateTokenBody, RestJson.Default.CreatedTokenModel, ct);

    public Task RevokeTokenAsync(string id, CancellationToken ct) => DeleteAsync($"{Api}tokens/{Escape(id)}", ct);

    public Task<ListModel<OpenSessionModel>> SessionsAsync(CancellationToken ct)
        => GetAsync(Api + "sessions", RestJson.Default.ListModelOpenSessionModel, ct);

    public Task EndSessionAsync(string id, CancellationToken ct) => DeleteAsync($"{Api}sessions/{Escape(id)}", ct);

    private static string Role(string name) => $"{Api}roles/{Escape(name)}";

    private static string Member(string group, string user) => $"{Api}groups/{Escape(group)}/members/{Escape(user)}";

    private static string Query(string name, string? value) => value is null ? "" : $"&{name}={Escape(value)}";
}
