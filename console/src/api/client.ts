import { errorFrom, SessionLostError, UnreachableError } from './errors';

type Query = Record<string, string | number | boolean | null | undefined>;

export interface RequestOptions {
  query?: Query;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

interface Session {
  /** The ID token, refreshed if it is about to end; null when the session is over. */
  token: () => Promise<string | null>;
  onLost: () => void;
}

let session: Session = { token: () => Promise.resolve(null), onLost: () => undefined };

export function setSession(next: Session): void {
  session = next;
}

/** Ask the API for JSON. Throws `ApiError`, `UnreachableError` or `SessionLostError`. */
export async function request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(method, path, options);
  if (response.status === 204) return undefined as T;
  return (await readJson(response)) as T;
}

export async function requestBlob(path: string): Promise<Blob> {
  return (await send('GET', path, {})).blob();
}

async function send(method: string, path: string, options: RequestOptions): Promise<Response> {
  const token = await session.token();
  if (token === null) return endSession();
  const headers: Record<string, string> = { Authorization: `Bearer ${token}`, ...options.headers };
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  const response = await reach(urlOf(path, options.query), {
    method,
    headers,
    body: options.body === undefined ? null : JSON.stringify(options.body),
    signal: options.signal ?? null,
  });
  if (response.status === 401) return endSession();
  if (!response.ok) throw errorFrom(response.status, await readJson(response).catch(() => null));
  return response;
}

async function reach(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new UnreachableError(error);
  }
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    throw new UnreachableError(error);
  }
}

function endSession(): never {
  session.onLost();
  throw new SessionLostError();
}

/** The API lives beside the page, whatever path prefix the portal has. */
function urlOf(path: string, query: Query = {}): URL {
  const url = new URL(`api/v1${path}`, document.baseURI);
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}
