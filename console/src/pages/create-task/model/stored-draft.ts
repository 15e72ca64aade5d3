/** What was typed, kept in the tab while another page is looked at, the session ends, or the page is loaded again. */

import type { Draft } from './draft';

/** That the API was asked to create a task: the same settings again are the same wish, so it is created once. */
export interface Wish {
  token: string;
  settings: string;
}

export interface StoredDraft {
  draft: Draft;
  step: number;
  /** Made but perhaps not answered. */
  wish: Wish | null;
  /** Of the task that is edited, as it was when editing began. */
  revision: string | null;
}

const VERSION = 1;

function nameOf(key: string): string {
  return `ferry.draft.${VERSION}.${key}`;
}

/** Null when there is none, or none that can be read. */
export function readDraft(key: string, empty: Draft, storage: Storage = sessionStorage): StoredDraft | null {
  try {
    const text = storage.getItem(nameOf(key));
    if (text === null) return null;
    const stored = JSON.parse(text) as StoredDraft;
    const isWhole = typeof stored.step === 'number' && sameShape(stored.draft, empty);
    return isWhole ? stored : null;
  } catch {
    return null;
  }
}

export function storeDraft(key: string, stored: StoredDraft, storage: Storage = sessionStorage): void {
  try {
    storage.setItem(nameOf(key), JSON.stringify(stored));
  } catch {
    // A browser that keeps nothing: leaving the page asks first.
  }
}

export function forgetDraft(key: string, storage: Storage = sessionStorage): void {
  try {
    storage.removeItem(nameOf(key));
  } catch {
    // Then nothing was kept either.
  }
}

/** Whether a draft of another version of the console fits this one. */
function sameShape(found: Draft, empty: Draft): boolean {
  return (Object.keys(empty) as (keyof Draft)[]).every(
    (name) => typeof found[name] === typeof empty[name] && Array.isArray(found[name]) === Array.isArray(empty[name]),
  );
}
