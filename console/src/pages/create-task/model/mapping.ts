/** Where one key would land, to show what the prefixes do. */

import type { Draft } from './draft';
import { prefixesIn } from './prefix-list';

type Chosen = Pick<
  Draft,
  'sourceBucket' | 'scope' | 'prefix' | 'prefixLines' | 'listPrefixes' | 'bucket' | 'replicaPrefix' | 'keepPrefix'
>;

const BELOW_FOLDER = '2026/photo.jpg';
const BELOW_WORD = '2026.csv';

/** The prefix that is taken off keys unless it is kept. */
export function sourcePrefix(draft: Pick<Draft, 'scope' | 'prefix'>): string {
  return draft.scope === 'bucket' ? '' : draft.prefix;
}

/** Prefixes below the source prefix, as typed or read; none for everything. */
export function chosenPrefixes(draft: Pick<Draft, 'scope' | 'prefixLines' | 'listPrefixes'>): string[] {
  if (draft.scope === 'prefixes') return prefixesIn(draft.prefixLines);
  return draft.scope === 'list' ? draft.listPrefixes : [];
}

export function replicaPrefixOf(draft: Chosen): string {
  return draft.replicaPrefix + (draft.keepPrefix ? sourcePrefix(draft) : '');
}

/** The URLs of an example, and whether the parts of the replica's key meet without a `/`. */
export function exampleOf(draft: Chosen): { source: string; replica: string; isGlued: boolean } {
  const prefix = sourcePrefix(draft);
  const start = chosenPrefixes(draft).find((one) => one.startsWith(prefix)) ?? prefix;
  const key = start + (start === '' || start.endsWith('/') ? BELOW_FOLDER : BELOW_WORD);
  const rest = draft.keepPrefix ? key : key.slice(prefix.length);
  return {
    source: `oss://${draft.sourceBucket || '…'}/${key}`,
    replica: `s3://${draft.bucket || '…'}/${draft.replicaPrefix}${rest}`,
    isGlued: draft.replicaPrefix !== '' && !draft.replicaPrefix.endsWith('/'),
  };
}
