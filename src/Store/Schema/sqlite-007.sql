-- Hosts: how they joined, encryption mode, maintenance; datastores.
-- What the configuration said of a host when it was last taken over; a host that was removed since stays removed.
CREATE TABLE host_seeds (
    id TEXT NOT NULL PRIMARY KEY,
    seed TEXT NOT NULL
) STRICT;

-- Wanted by a person; shown beside the state of the connection.
ALTER TABLE hosts ADD COLUMN maintenance INTEGER NOT NULL DEFAULT 0;
-- Cluster in which the host key was made: in another one a restarted host gets a new key.
ALTER TABLE hosts ADD COLUMN crypto_parent_id TEXT NOT NULL DEFAULT '';

-- One datastore is one, whichever hosts see it: recognised by the id in its marker file.
CREATE TABLE datastores (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

-- A datastore as a host sees it. What keeps the host from using it stands in problem.
CREATE TABLE host_datastores (
    host_id TEXT NOT NULL,
    name TEXT NOT NULL,
    datastore_id TEXT NOT NULL,
    path TEXT NOT NULL,
    capacity INTEGER NOT NULL,
    free INTEGER NOT NULL,
    problem TEXT NOT NULL,
    PRIMARY KEY (host_id, name)
) STRICT;
CREATE INDEX host_datastores_by_datastore ON host_datastores (datastore_id);
