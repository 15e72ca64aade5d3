/** Stands in for `src/auth/cognito.ts` under `npm run dev`: any password signs in, `123456` is every code.
 *
 * The e-mail's first part is the role (`viewer@…`, `operator@…`, else admin); `new@…` has a temporary password, `unverified@…` an
 * address that is not verified; the password `wrong` is wrong. */
import type { PortalConfig } from '../src/api';
import type { IdClaims, NextStep } from '../src/auth/model';

const KEY = 'mock.email';
let pending = '';

export function configureSignIn(_config: PortalConfig): void {}

export function signIn(email: string, password: string): Promise<NextStep> {
  if (password === 'wrong') return refuse('NotAuthorizedException');
  pending = email;
  if (email.startsWith('new@')) return Promise.resolve('new_password');
  sessionStorage.setItem(KEY, email);
  return Promise.resolve('done');
}

export function chooseFirstPassword(_password: string): Promise<NextStep> {
  sessionStorage.setItem(KEY, pending);
  return Promise.resolve('done');
}

export function sendResetCode(_email: string): Promise<void> {
  return Promise.resolve();
}

export function resetPassword(_email: string, code: string, _password: string): Promise<void> {
  return code === '123456' ? Promise.resolve() : refuse('CodeMismatchException');
}

export function changePassword(oldPassword: string, _newPassword: string): Promise<void> {
  return oldPassword === 'wrong' ? refuse('NotAuthorizedException') : Promise.resolve();
}

export function sendEmailCode(): Promise<void> {
  return Promise.resolve();
}

export function confirmEmail(code: string): Promise<void> {
  if (code !== '123456') return refuse('CodeMismatchException');
  sessionStorage.setItem('mock.verified', 'yes');
  return Promise.resolve();
}

export function signOut(): Promise<void> {
  sessionStorage.removeItem(KEY);
  return Promise.resolve();
}

export function idToken(): Promise<string | null> {
  return Promise.resolve(sessionStorage.getItem(KEY));
}

export function idClaims(): Promise<IdClaims | null> {
  const email = sessionStorage.getItem(KEY);
  if (email === null) return Promise.resolve(null);
  const role = /^(viewer|operator)@/.exec(email)?.[1] ?? 'admin';
  const isVerified = !email.startsWith('unverified@') || sessionStorage.getItem('mock.verified') === 'yes';
  return Promise.resolve({ email, email_verified: isVerified, 'cognito:groups': [role] });
}

function refuse(name: string): Promise<never> {
  const error = new Error(name);
  error.name = name;
  return Promise.reject(error);
}
