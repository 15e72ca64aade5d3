import type { Role, Run } from '../../api';
import { covers } from '../../auth/model';
import { isActive } from '../run/run-facts';

export type TaskAction = 'run' | 'dry_run' | 'pause' | 'resume' | 'stop' | 'edit' | 'clone' | 'delete';

/** Why an action cannot be asked for now; null when it can. */
export type Disabled = 'busy' | 'busy_delete' | null;

interface Offered {
  action: TaskAction;
  disabled: Disabled;
}

/** The actions that a role may ask for, in the order in which they are shown; those of a run only while it allows them. */
export function actionsOf(pass: Run | null, role: Role): Offered[] {
  const active = pass !== null && isActive(pass);
  const busy = active ? 'busy' : null;
  const offered: Offered[] = [];
  if (covers(role, 'operator')) {
    offered.push({ action: 'run', disabled: busy }, { action: 'dry_run', disabled: busy });
    for (const action of ['pause', 'resume', 'stop'] as const) {
      if (active && pass.actions.includes(action)) offered.push({ action, disabled: null });
    }
  }
  if (covers(role, 'admin')) {
    offered.push(
      { action: 'edit', disabled: null },
      { action: 'clone', disabled: null },
      { action: 'delete', disabled: active ? 'busy_delete' : null },
    );
  }
  return offered;
}
