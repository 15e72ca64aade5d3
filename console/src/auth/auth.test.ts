import { describe, expect, test } from 'vitest';

import { signInErrorKey } from './messages';
import { covers, userOf } from './model';
import { isAllowed, meets } from './password';

function named(name: string, message = ''): Error {
  return Object.assign(new Error(message), { name });
}

describe('errors of sign-in', () => {
  test.each([
    ['NotAuthorizedException', 'Incorrect username or password.', 'NotAuthorizedException'],
    ['UserNotFoundException', 'User does not exist.', 'NotAuthorizedException'],
    [
      'NotAuthorizedException',
      'Temporary password has expired and must be reset by an administrator.',
      'TemporaryPasswordExpired',
    ],
    ['NotAuthorizedException', 'User is disabled.', 'UserDisabled'],
    ['NotAuthorizedException', 'Password attempts exceeded', 'TooManyFailedAttemptsException'],
    ['NotAuthorizedException', 'Invalid session for the user.', 'SessionOfSignIn'],
    ['ExpiredCodeException', '', 'ExpiredCodeException'],
    ['NetworkError', 'A network error has occurred.', 'NetworkError'],
    ['InternalErrorException', '', 'Other'],
  ])('%s (%s) is explained as %s', (name, message, key) => {
    expect(signInErrorKey(named(name, message))).toBe(key);
  });
});

describe('who signed in', () => {
  test('has the most powerful of their groups', () => {
    const user = userOf({ email: 'a@b.c', email_verified: true, 'cognito:groups': ['operator', 'others', 'viewer'] });

    expect(user).toEqual({ email: 'a@b.c', isEmailVerified: true, role: 'operator' });
  });

  test('may look when in no group', () => {
    expect(userOf({ email: 'a@b.c' })).toMatchObject({ role: 'viewer', isEmailVerified: false });
  });

  test('may do what weaker roles may', () => {
    expect(covers('admin', 'operator')).toBe(true);
    expect(covers('viewer', 'operator')).toBe(false);
  });
});

describe('passwords', () => {
  test.each(['Correct-horse1', 'ABCdef123456'])('%s is allowed', (password) => {
    expect(isAllowed(password)).toBe(true);
  });

  test.each(['Short1', 'nocapital1234', 'NOSMALL12345', 'NoDigitsInHere', ' Correct-horse1', ''])(
    '“%s” is not',
    (password) => {
      expect(isAllowed(password)).toBe(false);
    },
  );

  test('a rule is checked by itself', () => {
    expect(meets('a', 'lower')).toBe(true);
    expect(meets('a', 'upper')).toBe(false);
  });
});
