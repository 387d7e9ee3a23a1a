using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.Model;

namespace Lorica.Center.Rest;

/// <summary>Roles and permissions.</summary>
internal static class RoleRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void MapRoles(this IEndpointRouteBuilder api)
    {
        var roles = api.MapGroup("/roles").WithTags("roles and permissions");
        roles.MapGet("", async (HttpContext http, RoleService service) => TypedResults.Json(
                new ListModel<RoleModel>(await service.ListAsync(http.RequestAborted)), RestJson.Default.ListModelRoleModel))
            .Paged<RoleModel>(r => r.Name, ("name", r => r.Name), ("builtIn", r => r.BuiltIn ? "true" : "false"))
            .Produces<ListModel<RoleModel>>().WithSummary("List roles, the built-in ones first");

        roles.MapGet("/{name}", async (string name, HttpContext http, RoleService service) => TypedResults.Json(
                await service.GetAsync(name, http.RequestAborted), RestJson.Default.RoleModel))
            .Revised<RoleModel>((_, r) => (ObjectKinds.Principal, r.Name))
            .Produces<RoleModel>().WithSummary("Show a role by name or id");

        roles.MapPost("/{name}/clone", async (string name, HttpContext http, RoleService service) =>
            {
                var body = await Body.ReadAsync<CloneRoleBody>(http);
                var role = await service.CloneAsync(http.Caller(), name, body, http.RequestAborted);
                return TypedResults.Json(role, RestJson.Default.RoleModel, statusCode: StatusCodes.Status201Created);
            })
            .Accepts<CloneRoleBody>("application/json").Produces<RoleModel>(StatusCodes.Status201Created)
            .WithSummary("Make a role that holds what another holds");

        roles.MapPut("/{name}", async (string name, HttpContext http, RoleService service) =>
            {
                var body = await Body.ReadAsync<SetRoleBody>(http);
                return TypedResults.Json(
                    await service.SetAsync(http.Caller(), name, body, http.RequestAborted), RestJson.Default.RoleModel);
            })
            .Accepts<SetRoleBody>("application/json")
            .Edits(ObjectKinds.Principal).Produces<RoleModel>().WithSummary("Change what a role holds");

        roles.MapDelete("/{name}", async (string name, HttpContext http, RoleService service) =>
            {
                await service.RemoveAsync(http.Caller(), name, http.RequestAborted);
                return TypedResults.NoContent();
            })
            .Edits(ObjectKinds.Principal)
            .Produces(StatusCodes.Status204NoContent).WithSummary("Remove a role that no permission uses");

        var permissions = api.MapGroup("/permissions").WithTags("roles and permissions");
        permissions.MapGet("", async (string? @object, HttpContext http, PermissionService service) => TypedResults.Json(
                new ListModel<PermissionModel>(await service.ListAsync(http.Caller(), @object, http.RequestAborted)),
                RestJson.Default.ListModelPermissionModel))
            .Paged<PermissionModel>(
                p => string.Join('\0', p.Object.Name, p.Object.Id, p.PrincipalKind, p.Principal), ("principal", p => p.Principal),
                ("role", p => p.Role))
            .Produces<ListModel<PermissionModel>>().WithSummary("List permissions: one's own, and those that one may change");

        permissions.MapPut("", async (HttpContext http, PermissionService service) =>
            {
                var body = await Body.ReadAsync<GrantBody>(http);
                return TypedResults.Json(
                    await service.GrantAsync(http.Caller(), body, http.RequestAborted), RestJson.Default.PermissionModel);
            })
            .Accepts<GrantBody>("application/json").Edits(ObjectKinds.Principal).Produces<PermissionModel>()
            .WithSummary("Give a user or group a role at an object, instead of the one that it has there");

        permissions.MapDelete("",
            async (string @object, string? user, string? group, HttpContext http, PermissionService service) =>
            {
                await service.RevokeAsync(http.Caller(), user, group, @object, http.RequestAborted);
                return TypedResults.NoContent();
            })
            .Edits(ObjectKinds.Principal)
            .Produces(StatusCodes.Status204NoContent).WithSummary("Take away the role that a user or group has at an object");

        permissions.MapGet(
            "/effective", async (string? @object, string? user, HttpContext http, PermissionService service) => TypedResults.Json(
                await service.EffectiveAsync(http.Caller(), user, @object ?? "root", http.RequestAborted),
                RestJson.Default.EffectiveModel))
            .Produces<EffectiveModel>().WithSummary("What somebody holds at an object; without a user the caller");
    }
}
