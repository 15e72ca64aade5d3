export interface FieldError {
  /** The path of the setting, such as `source.bucket`. */
  field: string;
  message: string;
}

/** The API refused; `message` is its sentence that says what to do. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    detail: string,
    readonly fields: FieldError[] = [],
  ) {
    super(detail);
    this.name = 'ApiError';
  }
}

/** No answer, or one that is not the API's: the network, a proxy, or an outage. Trying again may help. */
export class UnreachableError extends Error {
  constructor(cause?: unknown) {
    super('The API cannot be reached.', { cause });
    this.name = 'UnreachableError';
  }
}

/** The session is over; the user has to sign in again. */
export class SessionLostError extends Error {
  constructor() {
    super('The session has ended.');
    this.name = 'SessionLostError';
  }
}

interface Problem {
  title?: unknown;
  detail?: unknown;
  reason?: unknown;
  errors?: unknown;
}

/** What a refusal says, or an `UnreachableError` if the answer is not a problem document (RFC 9457). */
export function errorFrom(status: number, body: unknown): Error {
  if (typeof body !== 'object' || body === null) return new UnreachableError(`status ${status}`);
  const problem: Problem = body;
  const detail = typeof problem.detail === 'string' ? problem.detail : problem.title;
  if (typeof detail !== 'string') return new UnreachableError(`status ${status}`);
  const reason = typeof problem.reason === 'string' ? problem.reason : `status-${status}`;
  return new ApiError(status, reason, detail, fieldErrors(problem.errors));
}

function fieldErrors(errors: unknown): FieldError[] {
  if (!Array.isArray(errors)) return [];
  return errors.filter(
    (error: unknown): error is FieldError =>
      typeof error === 'object' &&
      error !== null &&
      typeof (error as FieldError).field === 'string' &&
      typeof (error as FieldError).message === 'string',
  );
}

/** What the API says about one field of a form. */
export function fieldMessage(error: unknown, field: string): string | undefined {
  return error instanceof ApiError ? error.fields.find((each) => each.field === field)?.message : undefined;
}
