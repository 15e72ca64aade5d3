export const TABS = ['overview', 'runs', 'failures', 'real-time', 'options', 'audit'] as const;

export type Tab = (typeof TABS)[number];

/** The tab that an address asks for; the first one for what is none. */
export function tabOf(search: URLSearchParams): Tab {
  const asked = search.get('tab');
  return TABS.find((tab) => tab === asked) ?? 'overview';
}
