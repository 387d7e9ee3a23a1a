-- A record that was known or retired and is claimed by a task tells what it was: when nothing comes of the task, it is that again.
ALTER TABLE key_records ADD COLUMN was_state TEXT NOT NULL DEFAULT '';
ALTER TABLE key_records ADD COLUMN was_vm_id TEXT NOT NULL DEFAULT '';
UPDATE key_records SET was_state = 'known', was_vm_id = vm_id
WHERE state = 'usable' AND in_use = 0 AND generation > 0 AND task_id IN (
    SELECT id FROM tasks WHERE state IN ('queued', 'running') AND kind IN ('vm.register', 'vm.disk.attach'));

-- A task that carries a policy out is a user of it until it has ended, beside the objects that have it.
ALTER TABLE tasks ADD COLUMN policy_id TEXT;
UPDATE tasks SET policy_id = json_extract(arguments, '$.policyId')
WHERE state IN ('queued', 'running') AND json_valid(arguments);
CREATE INDEX tasks_by_policy ON tasks (policy_id) WHERE policy_id IS NOT NULL AND state IN ('queued', 'running');
