/** Cognito's error names that get words of their own; keys of `auth:errors`. */
const KNOWN = [
  'NotAuthorizedException',
  'CodeMismatchException',
  'ExpiredCodeException',
  'LimitExceededException',
  'TooManyRequestsException',
  'TooManyFailedAttemptsException',
  'InvalidPasswordException',
  'PasswordHistoryPolicyViolationException',
  'PasswordResetRequiredException',
  'InvalidParameterException',
  'UserNotConfirmedException',
  'CodeDeliveryFailureException',
  'NetworkError',
  'Unsupported',
  'Other',
] as const;

export type SignInErrorKey = (typeof KNOWN)[number] | 'TemporaryPasswordExpired' | 'UserDisabled' | 'SessionOfSignIn';

/** Which message explains an error of sign-in. */
export function signInErrorKey(error: unknown): SignInErrorKey {
  if (!(error instanceof Error)) return 'Other';
  const { name, message } = error;
  if (name === 'NotAuthorizedException') {
    if (message.includes('Temporary password has expired')) return 'TemporaryPasswordExpired';
    if (message.includes('disabled')) return 'UserDisabled';
    if (message.includes('Invalid session')) return 'SessionOfSignIn';
    if (message.includes('attempts exceeded')) return 'TooManyFailedAttemptsException';
  }
  if (name === 'UserNotFoundException') return 'NotAuthorizedException';
  return KNOWN.find((known) => known === name) ?? 'Other';
}
