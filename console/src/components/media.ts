import { useSyncExternalStore } from 'react';

const narrow = window.matchMedia('(max-width: 688px)');

/** Whether the window is as narrow as Cloudscape's own limit for phones. */
export function useIsPhone(): boolean {
  return useSyncExternalStore(subscribe, () => narrow.matches);
}

function subscribe(listener: () => void): () => void {
  narrow.addEventListener('change', listener);
  return () => narrow.removeEventListener('change', listener);
}
