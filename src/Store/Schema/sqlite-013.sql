-- What changed last: one row an object, under a number that rises over all of them, so that whoever follows the center reads on
-- from the last number that they saw. Triggers write it, so no way to change something can forget it. What is gone keeps its row:
-- that it is gone, a look at it tells.
CREATE TABLE changes (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    UNIQUE (object_kind, object_id)
) STRICT;

-- Objects.
CREATE TRIGGER vms_insert_changes AFTER INSERT ON vms BEGIN
    DELETE FROM changes WHERE object_kind = 'vm' AND object_id = NEW.id;
    INSERT INTO changes (object_kind, object_id) VALUES ('vm', NEW.id);
END;
CREATE TRIGGER vms_update_changes AFTER UPDATE ON vms BEGIN
    DELETE FROM changes WHERE object_kind = 'vm' AND object_id = NEW.id;
    INSERT INTO changes (object_kind, object_id) VALUES ('vm', NEW.id);
END;
CREATE TRIGGER vms_delete_changes AFTER DELETE ON vms BEGIN
    DELETE FROM changes WHERE object_kind = 'vm' AND object_id = OLD.id;
    INSERT INTO changes (object_kind, object_id) VALUES ('vm', OLD.id);
END;
CREATE TRIGGER hosts_insert_changes AFTER INSERT ON hosts BEGIN
    DELETE FROM changes WHERE object_kind = 'host' AND object_id = NEW.id;
    INSERT INTO changes (object_kind, object_id) VALUES ('host', NEW.id);
END;
CREATE TRIGGER hosts_update_changes AFTER UPDATE ON hosts BEGIN
    DELETE FROM changes WHERE object_kind = 'host' AND object_id = NEW.id;
    INSERT INTO changes (object_kind, object_id) VALUES ('host', NEW.id);
END;
CREATE TRIGGER hosts_delete_changes AFTER DELETE ON hosts BEGIN
    DELETE FROM changes WHERE object_kind = 'host' AND object_id = OLD.id;
    INSERT INTO changes (object_kind, object_id) VALUES ('host', OLD.id);
END;
CREATE TRIGGER containers_insert_changes AFTER INSERT ON containers BEGIN
    DELETE FROM changes WHERE object_kind = NEW.kind AND object_id = NEW.id;
    INSERT INTO changes (object_kind, object_id) VALUES (NEW.kind, NEW.id);
END;
CREATE TRIGGER containers_update_changes AFTER UPDATE ON containers BEGIN
    DELETE FROM changes WHERE object_kind = NEW.kind AND object_id = NEW.id;
    INSERT INTO changes (object_kind, object_id) VALUES (NEW.kind, NEW.id);
END;
CREATE TRIGGER containers_delete_changes AFTER DELETE ON containers BEGIN
    DELETE FROM changes WHERE object_kind = OLD.kind AND object_id = OLD.id;
    INSERT INTO changes (object_kind, object_id) VALUES (OLD.kind, OLD.id);
END;
CREATE TRIGGER datastores_insert_changes AFTER INSERT ON datastores BEGIN
    DELETE FROM changes WHERE object_kind = 'datastore' AND object_id = NEW.id;
    INSERT INTO changes (object_kind, object_id) VALUES ('datastore', NEW.id);
END;
CREATE TRIGGER datastores_update_changes AFTER UPDATE ON datastores BEGIN
    DELETE FROM changes WHERE object_kind = 'datastore' AND object_id = NEW.id;
    INSERT INTO changes (object_kind, object_id) VALUES ('datastore', NEW.id);
END;
CREATE TRIGGER datastores_delete_changes AFTER DELETE ON datastores BEGIN
    DELETE FROM changes WHERE object_kind = 'datastore' AND object_id = OLD.id;
    INSERT INTO changes (object_kind, object_id) VALUES ('datastore', OLD.id);
END;
CREATE TRIGGER policies_insert_changes AFTER INSERT ON policies BEGIN
    DELETE FROM changes WHERE object_kind = 'policy' AND object_id = NEW.id;
    INSERT INTO changes (object_kind, object_id) VALUES ('policy', NEW.id);
END;
CREATE TRIGGER policies_update_changes AFTER UPDATE ON policies BEGIN
    DELETE FROM changes WHERE object_kind = 'policy' AND object_id = NEW.id;
    INSERT INTO changes (object_kind, object_id) VALUES ('policy', NEW.id);
END;
CREATE TRIGGER policies_delete_changes AFTER DELETE ON policies BEGIN
    DELETE FROM changes WHERE object_kind = 'policy' AND object_id = OLD.id;
    INSERT INTO changes (object_kind, object_id) VALUES ('policy', OLD.id);
END;
CREATE TRIGGER providers_insert_changes AFTER INSERT ON providers BEGIN
    DELETE FROM changes WHERE object_kind = 'provider' AND object_id = NEW.name;
    INSERT INTO changes (object_kind, object_id) VALUES ('provider', NEW.name);
END;
CREATE TRIGGER providers_update_changes AFTER UPDATE ON providers BEGIN
    DELETE FROM changes WHERE object_kind = 'provider' AND object_id = NEW.name;
    INSERT INTO changes (object_kind, object_id) VALUES ('provider', NEW.name);
END;
CREATE TRIGGER providers_delete_changes AFTER DELETE ON providers BEGIN
    DELETE FROM changes WHERE object_kind = 'provider' AND object_id = OLD.name;
    INSERT INTO changes (object_kind, object_id) VALUES ('provider', OLD.name);
END;
CREATE TRIGGER keys_insert_changes AFTER INSERT ON keys BEGIN
    DELETE FROM changes WHERE object_kind = 'key' AND object_id = NEW.provider || '/' || NEW.key_id;
    INSERT INTO changes (object_kind, object_id) VALUES ('key', NEW.provider || '/' || NEW.key_id);
END;
CREATE TRIGGER keys_update_changes AFTER UPDATE ON keys BEGIN
    DELETE FROM changes WHERE object_kind = 'key' AND object_id = NEW.provider || '/' || NEW.key_id;
    INSERT INTO changes (object_kind, object_id) VALUES ('key', NEW.provider || '/' || NEW.key_id);
END;
CREATE TRIGGER keys_delete_changes AFTER DELETE ON keys BEGIN
    DELETE FROM changes WHERE object_kind = 'key' AND object_id = OLD.provider || '/' || OLD.key_id;
    INSERT INTO changes (object_kind, object_id) VALUES ('key', OLD.provider || '/' || OLD.key_id);
END;
CREATE TRIGGER tasks_insert_changes AFTER INSERT ON tasks BEGIN
    DELETE FROM changes WHERE object_kind = 'task' AND object_id = NEW.id;
    INSERT INTO changes (object_kind, object_id) VALUES ('task', NEW.id);
END;
CREATE TRIGGER tasks_update_changes AFTER UPDATE ON tasks BEGIN
    DELETE FROM changes WHERE object_kind = 'task' AND object_id = NEW.id;
    INSERT INTO changes (object_kind, object_id) VALUES ('task', NEW.id);
END;
CREATE TRIGGER tasks_delete_changes AFTER DELETE ON tasks BEGIN
    DELETE FROM changes WHERE object_kind = 'task' AND object_id = OLD.id;
    INSERT INTO changes (object_kind, object_id) VALUES ('task', OLD.id);
END;
CREATE TRIGGER alarms_insert_changes AFTER INSERT ON alarms BEGIN
    DELETE FROM changes WHERE object_kind = 'alarm' AND object_id = CAST(NEW.number AS TEXT);
    INSERT INTO changes (object_kind, object_id) VALUES ('alarm', CAST(NEW.number AS TEXT));
END;
CREATE TRIGGER alarms_update_changes AFTER UPDATE ON alarms BEGIN
    DELETE FROM changes WHERE object_kind = 'alarm' AND object_id = CAST(NEW.number AS TEXT);
    INSERT INTO changes (object_kind, object_id) VALUES ('alarm', CAST(NEW.number AS TEXT));
END;
CREATE TRIGGER alarms_delete_changes AFTER DELETE ON alarms BEGIN
    DELETE FROM changes WHERE object_kind = 'alarm' AND object_id = CAST(OLD.number AS TEXT);
    INSERT INTO changes (object_kind, object_id) VALUES ('alarm', CAST(OLD.number AS TEXT));
END;

-- What belongs to an object and lies in a table of its own.
CREATE TRIGGER key_records_insert_changes AFTER INSERT ON key_records BEGIN
    DELETE FROM changes WHERE object_kind = 'vm' AND object_id = NEW.vm_id;
    INSERT INTO changes (object_kind, object_id) VALUES ('vm', NEW.vm_id);
END;
CREATE TRIGGER key_records_update_changes AFTER UPDATE ON key_records BEGIN
    DELETE FROM changes WHERE object_kind = 'vm' AND object_id = NEW.vm_id;
    INSERT INTO changes (object_kind, object_id) VALUES ('vm', NEW.vm_id);
END;
CREATE TRIGGER key_records_delete_changes AFTER DELETE ON key_records BEGIN
    DELETE FROM changes WHERE object_kind = 'vm' AND object_id = OLD.vm_id;
    INSERT INTO changes (object_kind, object_id) VALUES ('vm', OLD.vm_id);
END;
CREATE TRIGGER policy_associations_insert_changes AFTER INSERT ON policy_associations BEGIN
    DELETE FROM changes WHERE object_kind = 'vm' AND object_id = NEW.vm_id;
    INSERT INTO changes (object_kind, object_id) VALUES ('vm', NEW.vm_id);
END;
CREATE TRIGGER policy_associations_update_changes AFTER UPDATE ON policy_associations BEGIN
    DELETE FROM changes WHERE object_kind = 'vm' AND object_id = NEW.vm_id;
    INSERT INTO changes (object_kind, object_id) VALUES ('vm', NEW.vm_id);
END;
CREATE TRIGGER policy_associations_delete_changes AFTER DELETE ON policy_associations BEGIN
    DELETE FROM changes WHERE object_kind = 'vm' AND object_id = OLD.vm_id;
    INSERT INTO changes (object_kind, object_id) VALUES ('vm', OLD.vm_id);
END;
CREATE TRIGGER outage_acts_insert_changes AFTER INSERT ON outage_acts BEGIN
    DELETE FROM changes WHERE object_kind = 'vm' AND object_id = NEW.vm_id;
    INSERT INTO changes (object_kind, object_id) VALUES ('vm', NEW.vm_id);
END;
CREATE TRIGGER outage_acts_update_changes AFTER UPDATE ON outage_acts BEGIN
    DELETE FROM changes WHERE object_kind = 'vm' AND object_id = NEW.vm_id;
    INSERT INTO changes (object_kind, object_id) VALUES ('vm', NEW.vm_id);
END;
CREATE TRIGGER outage_acts_delete_changes AFTER DELETE ON outage_acts BEGIN
    DELETE FROM changes WHERE object_kind = 'vm' AND object_id = OLD.vm_id;
    INSERT INTO changes (object_kind, object_id) VALUES ('vm', OLD.vm_id);
END;
CREATE TRIGGER policy_batch_items_insert_changes AFTER INSERT ON policy_batch_items BEGIN
    DELETE FROM changes WHERE object_kind = 'task' AND object_id = NEW.task_id;
    INSERT INTO changes (object_kind, object_id) VALUES ('task', NEW.task_id);
END;
CREATE TRIGGER policy_batch_items_update_changes AFTER UPDATE ON policy_batch_items BEGIN
    DELETE FROM changes WHERE object_kind = 'task' AND object_id = NEW.task_id;
    INSERT INTO changes (object_kind, object_id) VALUES ('task', NEW.task_id);
END;
CREATE TRIGGER policy_batch_items_delete_changes AFTER DELETE ON policy_batch_items BEGIN
    DELETE FROM changes WHERE object_kind = 'task' AND object_id = OLD.task_id;
    INSERT INTO changes (object_kind, object_id) VALUES ('task', OLD.task_id);
END;
CREATE TRIGGER host_datastores_insert_changes AFTER INSERT ON host_datastores BEGIN
    DELETE FROM changes WHERE object_kind = 'datastore' AND object_id = NEW.datastore_id;
    INSERT INTO changes (object_kind, object_id) VALUES ('datastore', NEW.datastore_id);
END;
CREATE TRIGGER host_datastores_update_changes AFTER UPDATE ON host_datastores BEGIN
    DELETE FROM changes WHERE object_kind = 'datastore' AND object_id = NEW.datastore_id;
    INSERT INTO changes (object_kind, object_id) VALUES ('datastore', NEW.datastore_id);
END;
CREATE TRIGGER host_datastores_delete_changes AFTER DELETE ON host_datastores BEGIN
    DELETE FROM changes WHERE object_kind = 'datastore' AND object_id = OLD.datastore_id;
    INSERT INTO changes (object_kind, object_id) VALUES ('datastore', OLD.datastore_id);
END;
CREATE TRIGGER provider_guests_insert_changes AFTER INSERT ON provider_guests BEGIN
    DELETE FROM changes WHERE object_kind = 'provider' AND object_id = NEW.provider;
    INSERT INTO changes (object_kind, object_id) VALUES ('provider', NEW.provider);
END;
CREATE TRIGGER provider_guests_update_changes AFTER UPDATE ON provider_guests BEGIN
    DELETE FROM changes WHERE object_kind = 'provider' AND object_id = NEW.provider;
    INSERT INTO changes (object_kind, object_id) VALUES ('provider', NEW.provider);
END;
CREATE TRIGGER provider_guests_delete_changes AFTER DELETE ON provider_guests BEGIN
    DELETE FROM changes WHERE object_kind = 'provider' AND object_id = OLD.provider;
    INSERT INTO changes (object_kind, object_id) VALUES ('provider', OLD.provider);
END;
CREATE TRIGGER permissions_insert_changes AFTER INSERT ON permissions BEGIN
    DELETE FROM changes WHERE object_kind = NEW.object_kind AND object_id = NEW.object_id;
    INSERT INTO changes (object_kind, object_id) VALUES (NEW.object_kind, NEW.object_id);
END;
CREATE TRIGGER permissions_update_changes AFTER UPDATE ON permissions BEGIN
    DELETE FROM changes WHERE object_kind = NEW.object_kind AND object_id = NEW.object_id;
    INSERT INTO changes (object_kind, object_id) VALUES (NEW.object_kind, NEW.object_id);
END;
CREATE TRIGGER permissions_delete_changes AFTER DELETE ON permissions BEGIN
    DELETE FROM changes WHERE object_kind = OLD.object_kind AND object_id = OLD.object_id;
    INSERT INTO changes (object_kind, object_id) VALUES (OLD.object_kind, OLD.object_id);
END;

-- Lists that are looked at as a whole: who is there and what they may; tags; the log of events.
CREATE TRIGGER users_insert_changes AFTER INSERT ON users BEGIN
    DELETE FROM changes WHERE object_kind = 'principal' AND object_id = '';
    INSERT INTO changes (object_kind, object_id) VALUES ('principal', '');
END;
CREATE TRIGGER users_update_changes AFTER UPDATE ON users BEGIN
    DELETE FROM changes WHERE object_kind = 'principal' AND object_id = '';
    INSERT INTO changes (object_kind, object_id) VALUES ('principal', '');
END;
CREATE TRIGGER users_delete_changes AFTER DELETE ON users BEGIN
    DELETE FROM changes WHERE object_kind = 'principal' AND object_id = '';
    INSERT INTO changes (object_kind, object_id) VALUES ('principal', '');
END;
CREATE TRIGGER groups_insert_changes AFTER INSERT ON groups BEGIN
    DELETE FROM changes WHERE object_kind = 'principal' AND object_id = '';
    INSERT INTO changes (object_kind, object_id) VALUES ('principal', '');
END;
CREATE TRIGGER groups_update_changes AFTER UPDATE ON groups BEGIN
    DELETE FROM changes WHERE object_kind = 'principal' AND object_id = '';
    INSERT INTO changes (object_kind, object_id) VALUES ('principal', '');
END;
CREATE TRIGGER groups_delete_changes AFTER DELETE ON groups BEGIN
    DELETE FROM changes WHERE object_kind = 'principal' AND object_id = '';
    INSERT INTO changes (object_kind, object_id) VALUES ('principal', '');
END;
CREATE TRIGGER group_members_insert_changes AFTER INSERT ON group_members BEGIN
    DELETE FROM changes WHERE object_kind = 'principal' AND object_id = '';
    INSERT INTO changes (object_kind, object_id) VALUES ('principal', '');
END;
CREATE TRIGGER group_members_update_changes AFTER UPDATE ON group_members BEGIN
    DELETE FROM changes WHERE object_kind = 'principal' AND object_id = '';
    INSERT INTO changes (object_kind, object_id) VALUES ('principal', '');
END;
CREATE TRIGGER group_members_delete_changes AFTER DELETE ON group_members BEGIN
    DELETE FROM changes WHERE object_kind = 'principal' AND object_id = '';
    INSERT INTO changes (object_kind, object_id) VALUES ('principal', '');
END;
CREATE TRIGGER roles_insert_changes AFTER INSERT ON roles BEGIN
    DELETE FROM changes WHERE object_kind = 'principal' AND object_id = '';
    INSERT INTO changes (object_kind, object_id) VALUES ('principal', '');
END;
CREATE TRIGGER roles_update_changes AFTER UPDATE ON roles BEGIN
    DELETE FROM changes WHERE object_kind = 'principal' AND object_id = '';
    INSERT INTO changes (object_kind, object_id) VALUES ('principal', '');
END;
CREATE TRIGGER roles_delete_changes AFTER DELETE ON roles BEGIN
    DELETE FROM changes WHERE object_kind = 'principal' AND object_id = '';
    INSERT INTO changes (object_kind, object_id) VALUES ('principal', '');
END;
CREATE TRIGGER role_privileges_insert_changes AFTER INSERT ON role_privileges BEGIN
    DELETE FROM changes WHERE object_kind = 'principal' AND object_id = '';
    INSERT INTO changes (object_kind, object_id) VALUES ('principal', '');
END;
CREATE TRIGGER role_privileges_update_changes AFTER UPDATE ON role_privileges BEGIN
    DELETE FROM changes WHERE object_kind = 'principal' AND object_id = '';
    INSERT INTO changes (object_kind, object_id) VALUES ('principal', '');
END;
CREATE TRIGGER role_privileges_delete_changes AFTER DELETE ON role_privileges BEGIN
    DELETE FROM changes WHERE object_kind = 'principal' AND object_id = '';
    INSERT INTO changes (object_kind, object_id) VALUES ('principal', '');
END;
CREATE TRIGGER tokens_insert_changes AFTER INSERT ON tokens BEGIN
    DELETE FROM changes WHERE object_kind = 'principal' AND object_id = '';
    INSERT INTO changes (object_kind, object_id) VALUES ('principal', '');
END;
CREATE TRIGGER tokens_update_changes AFTER UPDATE ON tokens BEGIN
    DELETE FROM changes WHERE object_kind = 'principal' AND object_id = '';
    INSERT INTO changes (object_kind, object_id) VALUES ('principal', '');
END;
CREATE TRIGGER tokens_delete_changes AFTER DELETE ON tokens BEGIN
    DELETE FROM changes WHERE object_kind = 'principal' AND object_id = '';
    INSERT INTO changes (object_kind, object_id) VALUES ('principal', '');
END;
CREATE TRIGGER datastore_tags_insert_changes AFTER INSERT ON datastore_tags BEGIN
    DELETE FROM changes WHERE object_kind = 'datastore' AND object_id = '';
    INSERT INTO changes (object_kind, object_id) VALUES ('datastore', '');
END;
CREATE TRIGGER datastore_tags_update_changes AFTER UPDATE ON datastore_tags BEGIN
    DELETE FROM changes WHERE object_kind = 'datastore' AND object_id = '';
    INSERT INTO changes (object_kind, object_id) VALUES ('datastore', '');
END;
CREATE TRIGGER datastore_tags_delete_changes AFTER DELETE ON datastore_tags BEGIN
    DELETE FROM changes WHERE object_kind = 'datastore' AND object_id = '';
    INSERT INTO changes (object_kind, object_id) VALUES ('datastore', '');
END;
CREATE TRIGGER events_insert_changes AFTER INSERT ON events BEGIN
    DELETE FROM changes WHERE object_kind = 'event' AND object_id = '';
    INSERT INTO changes (object_kind, object_id) VALUES ('event', '');
END;
