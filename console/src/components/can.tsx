import type { ReactNode } from 'react';

import type { Role } from '../api';
import { useCan } from '../auth/session';

/** Only for those whose role is at least `role`. */
export function Can({ role, children, otherwise = null }: { role: Role; children: ReactNode; otherwise?: ReactNode }) {
  return useCan(role) ? children : otherwise;
}
