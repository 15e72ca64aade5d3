import { expect, test } from 'vitest';

import { ApiError, errorFrom, fieldMessage, UnreachableError } from './errors';

const PROBLEM = {
  type: 'about:blank',
  title: 'Bad Request',
  status: 400,
  detail: 'Name a bucket that there is.',
  reason: 'NoSuchBucket',
  errors: [{ field: 'source.bucket', message: 'must be a bucket' }, { field: 3 }],
};

test('a problem document says what to do, and about which field', () => {
  const error = errorFrom(400, PROBLEM);

  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status: 400, reason: 'NoSuchBucket', message: 'Name a bucket that there is.' });
  expect(fieldMessage(error, 'source.bucket')).toBe('must be a bucket');
  expect(fieldMessage(error, 'source.prefix')).toBeUndefined();
});

test.each([null, 'Bad gateway', { message: 'Internal Server Error' }])(
  'an answer that is not the API’s counts as no answer: %s',
  (body) => {
    expect(errorFrom(502, body)).toBeInstanceOf(UnreachableError);
  },
);
