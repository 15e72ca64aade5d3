import { createContext, use, useCallback, useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';

import { queryClient, setSession, UnreachableError } from '../api';
import type { Role } from '../api';
import { idClaims, idToken, signOut } from './cognito';
import { covers, userOf } from './model';
import type { SignedInUser } from './model';

export type SignedOutBecause = 'expired' | 'signed_out' | null;

type Session = { kind: 'unknown' } | { kind: 'out'; because: SignedOutBecause } | { kind: 'in'; user: SignedInUser };

interface SessionActions {
  session: Session;
  /** Look again at the tokens: after sign-in, and after the e-mail was verified. */
  refresh: () => Promise<void>;
  leave: () => Promise<void>;
}

const SessionContext = createContext<SessionActions | null>(null);

export function SessionProvider({ children }: { children: ReactNode }) {
  const [session, setState] = useState<Session>({ kind: 'unknown' });

  const refresh = useCallback(async () => {
    const claims = await idClaims().catch(() => null);
    setState(claims === null ? { kind: 'out', because: null } : { kind: 'in', user: userOf(claims) });
  }, []);

  const leave = useCallback(async () => {
    await signOut();
    queryClient.clear();
    setState({ kind: 'out', because: 'signed_out' });
  }, []);

  useEffect(() => {
    setSession({
      token: () =>
        idToken().catch((error: unknown) => {
          throw new UnreachableError(error);
        }),
      onLost: () => {
        void signOut().catch(() => undefined);
        setState((now) => (now.kind === 'in' ? { kind: 'out', because: 'expired' } : now));
      },
    });
    // eslint-disable-next-line react-hooks/set-state-in-effect -- the state is set when the answer is there
    void refresh();
  }, [refresh]);

  const value = useMemo(() => ({ session, refresh, leave }), [session, refresh, leave]);
  return <SessionContext value={value}>{children}</SessionContext>;
}

export function useSession(): SessionActions {
  const value = use(SessionContext);
  if (value === null) throw new Error('useSession needs a SessionProvider around it');
  return value;
}

/** Who is signed in; only for pages, which are shown to nobody else. */
export function useUser(): SignedInUser {
  const { session } = useSession();
  if (session.kind !== 'in') throw new Error('useUser needs somebody signed in');
  return session.user;
}

/** Whether the user may do what a role is needed for. The API decides; this hides what it would refuse. */
export function useCan(needed: Role): boolean {
  return covers(useUser().role, needed);
}
