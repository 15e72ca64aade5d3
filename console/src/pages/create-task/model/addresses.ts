/** Where alerts may go, by the API's own rules. */

const EMAIL = /^[!-?A-~]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/;
const HOST = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/;
const NUMERIC = /^(0x[0-9a-f]*|\d+)$/;

export function isEmail(text: string): boolean {
  return text.length <= 254 && EMAIL.test(text);
}

/** `webhookHost` for an address or a local name in the place of a host on the internet. */
export function webhookProblem(text: string): 'webhook' | 'webhookHost' | null {
  const isPlain = /^[!-~]{1,2000}$/.test(text);
  if (!isPlain || !URL.canParse(text)) return 'webhook';
  const url = new URL(text);
  // An empty fragment is none for URL, but is one for the API.
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '' || text.includes('#')) return 'webhook';
  const lastLabel = url.hostname.split('.').at(-1) ?? '';
  return HOST.test(url.hostname) && !NUMERIC.test(lastLabel) ? null : 'webhookHost';
}
