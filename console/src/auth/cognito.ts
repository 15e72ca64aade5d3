import { Amplify } from 'aws-amplify';
import * as auth from 'aws-amplify/auth';
import { cognitoUserPoolsTokenProvider } from 'aws-amplify/auth/cognito';
import { sessionStorage } from 'aws-amplify/utils';

import type { PortalConfig } from '../api';
import type { IdClaims, NextStep } from './model';

/** Tokens live in the tab's session storage: they survive a reload and are gone with the tab. */
export function configureSignIn(config: PortalConfig): void {
  Amplify.configure({
    Auth: {
      Cognito: {
        userPoolId: config.user_pool_id,
        userPoolClientId: config.client_id,
        ...(config.cognito_endpoint === null ? {} : { userPoolEndpoint: config.cognito_endpoint }),
      },
    },
  });
  cognitoUserPoolsTokenProvider.setKeyValueStorage(sessionStorage);
}

/** Sign in by SRP: the password itself is never sent. */
export async function signIn(email: string, password: string): Promise<NextStep> {
  await auth.signOut();
  const { nextStep } = await auth.signIn({
    username: email,
    password,
    options: { authFlowType: 'USER_SRP_AUTH' },
  });
  return nextOf(nextStep.signInStep);
}

/** The answer to `NextStep` `new_password`. */
export async function chooseFirstPassword(password: string): Promise<NextStep> {
  const { nextStep } = await auth.confirmSignIn({ challengeResponse: password });
  return nextOf(nextStep.signInStep);
}

export async function sendResetCode(email: string): Promise<void> {
  await auth.resetPassword({ username: email });
}

export async function resetPassword(email: string, code: string, password: string): Promise<void> {
  await auth.confirmResetPassword({ username: email, confirmationCode: code, newPassword: password });
}

export async function changePassword(oldPassword: string, newPassword: string): Promise<void> {
  await auth.updatePassword({ oldPassword, newPassword });
}

export async function sendEmailCode(): Promise<void> {
  await auth.sendUserAttributeVerificationCode({ userAttributeKey: 'email' });
}

export async function confirmEmail(code: string): Promise<void> {
  await auth.confirmUserAttribute({ userAttributeKey: 'email', confirmationCode: code });
  await auth.fetchAuthSession({ forceRefresh: true });
}

export async function signOut(): Promise<void> {
  await auth.signOut();
}

/** The ID token, refreshed when it is about to end; null when nobody is signed in any more. Throws if Cognito cannot be reached. */
export async function idToken(): Promise<string | null> {
  return (await auth.fetchAuthSession()).tokens?.idToken?.toString() ?? null;
}

export async function idClaims(): Promise<IdClaims | null> {
  return (await auth.fetchAuthSession()).tokens?.idToken?.payload ?? null;
}

function nextOf(step: string): NextStep {
  if (step === 'DONE') return 'done';
  if (step === 'CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED') return 'new_password';
  if (step === 'RESET_PASSWORD') return 'reset_password';
  return 'unsupported';
}
