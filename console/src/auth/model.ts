import type { Role } from '../api';

export type NextStep = 'done' | 'new_password' | 'reset_password' | 'unsupported';

export interface SignedInUser {
  email: string;
  isEmailVerified: boolean;
  role: Role;
}

export type IdClaims = Record<string, unknown>;

const BY_POWER: readonly Role[] = ['viewer', 'operator', 'admin'];

/** Whether one role may do what another is needed for. */
export function covers(role: Role, needed: Role): boolean {
  return BY_POWER.indexOf(role) >= BY_POWER.indexOf(needed);
}

/** Who signed in, as the ID token says. Somebody in no group may look, as the API also decides. */
export function userOf(claims: IdClaims): SignedInUser {
  const groups: unknown = claims['cognito:groups'];
  const roles = Array.isArray(groups) ? groups : [];
  return {
    email: typeof claims.email === 'string' ? claims.email : '',
    isEmailVerified: claims.email_verified === true || claims.email_verified === 'true',
    role: BY_POWER.findLast((role) => roles.includes(role)) ?? 'viewer',
  };
}
