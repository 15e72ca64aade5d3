import type { SignedOutBecause } from '../../auth/session';

export function SignInPage({ because }: { because: SignedOutBecause }) {
  return <p>{because}</p>;
}
