-- Lists of VMs come in pages by name. The descriptions that rows keep are large: who may see a VM, and what a filter wants of its
-- host or state, is read from the index alone.
CREATE INDEX vms_by_name ON vms (name, id, parent_id, host_id, crypto_state);
