/** Prefixes one a line, typed or in a file, read as the command line reads them. */

export const MAX_PREFIXES = 1000;
export const MAX_PREFIXES_BYTES = 64 * 1024;
export const MAX_FILE_BYTES = 1024 * 1024;

const encoder = new TextEncoder();

export type ListProblem = 'listTooLarge' | 'listNotUtf8' | 'listEmpty';

/** The lines that are not blank. Only LF and CR LF end a line: keys may hold any other character, blanks at their end too. */
export function prefixesIn(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => line.trim() !== '');
}

/** Read a list file. A byte order mark and blank lines are left out. */
export function readPrefixList(content: Uint8Array): string[] | ListProblem {
  if (content.length > MAX_FILE_BYTES) return 'listTooLarge';
  let text: string;
  try {
    // The decoder takes the byte order mark off.
    text = new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    return 'listNotUtf8';
  }
  const prefixes = prefixesIn(text);
  return prefixes.length === 0 ? 'listEmpty' : prefixes;
}

/** In the order of their UTF-8 bytes, each once, without those that lie within another; empty if all of `base` is chosen. */
export function canonicalPrefixes(base: string, chosen: string[]): string[] {
  const kept: string[] = [];
  for (const one of [...new Set(chosen)].sort(compareBytes)) {
    const last = kept.at(-1);
    if (last === undefined || !one.startsWith(last)) kept.push(one);
  }
  return kept.length === 1 && kept[0] === base ? [] : kept;
}

export function byteLength(text: string): number {
  return encoder.encode(text).length;
}

function compareBytes(one: string, other: string): number {
  const [left, right] = [encoder.encode(one), encoder.encode(other)];
  for (let place = 0; place < Math.min(left.length, right.length); place += 1) {
    const difference = (left[place] ?? 0) - (right[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
