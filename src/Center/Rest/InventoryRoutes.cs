using Lorica.Contracts.Rest;
using Lorica.ControlPlane.Inventory;
using Lorica.Model;

namespace Lorica.Center.Rest;

/// <summary>The tree of the inventory, and datastores.</summary>
internal static class InventoryRoutes
{
    private const string Json = "application/json";
    private static readonly string[] Containers = [ObjectKinds.Datacenter, ObjectKinds.Cluster, ObjectKinds.Folder];

    /// <summary>Maps the routes.</summary>
    public static void MapInventory(this IEndpointRouteBuilder api)
    {
        api.MapGet("/inventory", async (HttpContext http, InventoryService inventory) => TypedResults.Json(
                new ListModel<InventoryNodeModel>(await inventory.TreeAsync(http.Caller(), http.RequestAborted)),
                RestJson.Default.ListModelInventoryNodeModel))
            .Paged<InventoryNodeModel>(PlaceOf, ("kind", n => n.Kind), ("name", n => n.Name), ("state", n => n.State))
            .Produces<ListModel<InventoryNodeModel>>().WithTags("inventory").WithSummary("The tree, parents before children");

        var group = api.MapGroup("/containers").WithTags("inventory");
        group.MapPost("", async (HttpContext http, InventoryService inventory) =>
            {
                var body = await Body.ReadAsync<CreateContainerBody>(http);
                return TypedResults.Json(
                    await inventory.CreateAsync(http.Caller(), body, http.RequestAborted), RestJson.Default.ContainerModel,
                    statusCode: StatusCodes.Status201Created);
            })
            .Accepts<CreateContainerBody>(Json).Produces<ContainerModel>(StatusCodes.Status201Created)
            .WithSummary("Make a datacenter, cluster or folder");
        group.MapGet("/{**container}", async (string container, HttpContext http, InventoryService inventory) =>
                Container(await inventory.GetAsync(http.Caller(), container, http.RequestAborted)))
            .Revised<ContainerModel>((_, c) => (c.Kind, c.Id)).Produces<ContainerModel>()
            .WithSummary("Show a datacenter, cluster or folder, by id, path or name");
        group.MapPost("/{**container}", async (string container, HttpContext http, InventoryService inventory) =>
            {
                // A container is named by id, name or path, and a path has slashes: what to do stands at its end.
                int at = container.LastIndexOf('/');
                var (name, action) = at > 0 ? (container[..at], container[(at + 1)..]) : ("", "");
                return action switch
                {
                    "rename" => Container(await inventory.RenameAsync(
                        http.Caller(), name, (await Body.ReadAsync<RenameContainerBody>(http)).Name, http.RequestAborted)),
                    "move" => Container(await inventory.MoveAsync(
                        http.Caller(), name, (await Body.ReadAsync<MoveIntoBody>(http)).Parent, http.RequestAborted)),
                    _ => TypedResults.NotFound(),
                };
            })
            .Edits(Containers).Produces<ContainerModel>().WithSummary("…/rename or …/move");
        group.MapDelete("/{**container}", async (string container, HttpContext http, InventoryService inventory) =>
            {
                await inventory.DeleteAsync(http.Caller(), container, http.RequestAborted);
                return TypedResults.NoContent();
            })
            .Edits(Containers).Produces(StatusCodes.Status204NoContent)
            .WithSummary("Delete an empty datacenter, cluster or folder");

        api.MapGet("/datastores", async (HttpContext http, DatastoreService datastores) => TypedResults.Json(
                new ListModel<DatastoreListModel>(await datastores.ListAsync(http.Caller(), http.RequestAborted)),
                RestJson.Default.ListModelDatastoreListModel))
            .Paged<DatastoreListModel>(d => d.Name + "\0" + d.Id, ("name", d => d.Name))
            .Produces<ListModel<DatastoreListModel>>().WithTags("inventory").WithSummary("List datastores");
        api.MapGet("/datastores/{name}", async (string name, HttpContext http, DatastoreService datastores) => TypedResults.Json(
                await datastores.GetAsync(http.Caller(), name, http.RequestAborted), RestJson.Default.DatastoreListModel))
            .Produces<DatastoreListModel>().WithTags("inventory").WithSummary("Show a datastore, with the hosts that see it");
    }

    /// <summary>Parents before children: a path is the beginning of the paths below it, and the root is before all.</summary>
    private static string PlaceOf(InventoryNodeModel node) =>
        node.Depth == 0 ? "\0" : node.Path.Replace('/', '\u0001') + "\0" + node.Id;

    private static IResult Container(ContainerModel container) => TypedResults.Json(container, RestJson.Default.ContainerModel);
}
