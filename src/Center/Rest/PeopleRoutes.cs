using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Access;
using Lorica.Model;

namespace Lorica.Center.Rest;

/// <summary>Users and groups.</summary>
internal static class PeopleRoutes
{
    /// <summary>Maps the routes.</summary>
    public static void MapPeople(this IEndpointRouteBuilder api)
    {
        var users = api.MapGroup("/users").WithTags("users and groups");
        users.MapGet("", async (HttpContext http, UserService service) => TypedResults.Json(
                new ListModel<UserModel>(await service.ListAsync(http.Caller(), http.RequestAborted)),
                RestJson.Default.ListModelUserModel))
            .Paged<UserModel>(u => u.Name, ("name", u => u.Name))
            .Produces<ListModel<UserModel>>().WithSummary("List users; who may not manage them sees themselves");

        users.MapGet("/{name}", async (string name, HttpContext http, UserService service) => TypedResults.Json(
                await service.GetAsync(http.Caller(), name, http.RequestAborted), RestJson.Default.UserModel))
            .Revised<UserModel>((_, u) => (ObjectKinds.Principal, u.Name)).Produces<UserModel>().WithSummary("Show a user");

        users.MapPost("", async (HttpContext http, UserService service) =>
            {
                var body = await Body.ReadAsync<AddUserBody>(http);
                var user = await service.AddAsync(http.Caller(), body, http.RequestAborted);
                return TypedResults.Json(user, RestJson.Default.UserModel, statusCode: StatusCodes.Status201Created);
            })
            .Accepts<AddUserBody>("application/json")
            .Produces<UserModel>(StatusCodes.Status201Created).WithSummary("Add a user");

        users.MapDelete("/{name}", async (string name, HttpContext http, UserService service) =>
            {
                await service.RemoveAsync(http.Caller(), name, http.RequestAborted);
                return TypedResults.NoContent();
            })
            .Edits(ObjectKinds.Principal)
            .Produces(StatusCodes.Status204NoContent).WithSummary("Remove a user with their sessions, tokens and permissions");

        users.MapPut("/{name}/password", async (string name, HttpContext http, UserService service) =>
            {
                var body = await Body.ReadAsync<SetPasswordBody>(http);
                if (name != http.Caller().User)
                {
                    await service.SetPasswordAsync(http.Caller(), name, body.Password, http.RequestAborted);
                }
                else
                {
                    await service.ChangeOwnPasswordAsync(
                        http.Caller(), body.OldPassword ?? "", body.Password, ClientAddress.Of(http), http.RequestAborted);
                }

                return TypedResults.NoContent();
            })
            .Accepts<SetPasswordBody>("application/json").Edits(ObjectKinds.Principal).Produces(StatusCodes.Status204NoContent)
            .LimitedAsSignIn()
            .WithSummary("Change a password; one's own with the old one. All sessions of the user end");

        var groups = api.MapGroup("/groups").WithTags("users and groups");
        groups.MapGet("", async (HttpContext http, GroupService service) => TypedResults.Json(
                new ListModel<GroupModel>(await service.ListAsync(http.Caller(), http.RequestAborted)),
                RestJson.Default.ListModelGroupModel))
            .Paged<GroupModel>(g => g.Name, ("name", g => g.Name))
            .Produces<ListModel<GroupModel>>().WithSummary("List groups; who may not manage people sees their own");

        groups.MapGet("/{name}", async (string name, HttpContext http, GroupService service) => TypedResults.Json(
                await service.GetAsync(http.Caller(), name, http.RequestAborted), RestJson.Default.GroupModel))
            .Revised<GroupModel>((_, g) => (ObjectKinds.Principal, g.Name)).Produces<GroupModel>().WithSummary("Show a group");

        groups.MapPost("", async (HttpContext http, GroupService service) =>
            {
                var body = await Body.ReadAsync<AddGroupBody>(http);
                var group = await service.AddAsync(http.Caller(), body, http.RequestAborted);
                return TypedResults.Json(group, RestJson.Default.GroupModel, statusCode: StatusCodes.Status201Created);
            })
            .Accepts<AddGroupBody>("application/json")
            .Produces<GroupModel>(StatusCodes.Status201Created).WithSummary("Add a group");

        groups.MapDelete("/{name}", async (string name, HttpContext http, GroupService service) =>
            {
                await service.RemoveAsync(http.Caller(), name, http.RequestAborted);
                return TypedResults.NoContent();
            })
            .Edits(ObjectKinds.Principal)
            .Produces(StatusCodes.Status204NoContent).WithSummary("Remove a group with its permissions");

        groups.MapPut("/{name}/members/{user}", async (string name, string user, HttpContext http, GroupService service) =>
            {
                await service.AddMemberAsync(http.Caller(), name, user, http.RequestAborted);
                return TypedResults.NoContent();
            })
            .Edits(ObjectKinds.Principal).Produces(StatusCodes.Status204NoContent).WithSummary("Put a user into a group");

        groups.MapDelete("/{name}/members/{user}", async (string name, string user, HttpContext http, GroupService service) =>
            {
                await service.RemoveMemberAsync(http.Caller(), name, user, http.RequestAborted);
                return TypedResults.NoContent();
            })
            .Edits(ObjectKinds.Principal).Produces(StatusCodes.Status204NoContent).WithSummary("Take a user out of a group");
    }
}
