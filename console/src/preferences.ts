/** What the browser remembers for the user. A browser that forbids storage forgets it, and nothing else happens. */

export type Theme = 'light' | 'dark' | 'system';
export type Language = 'en' | 'zh';

export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(`ferry.${name}`);
  } catch {
    return null;
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`ferry.${name}`, value);
  } catch {
    // Nothing depends on it.
  }
}

/** The language that was chosen here before, else the first that the browser asks for and we speak. */
export function firstLanguage(asked: readonly string[], chosen: string | null): Language {
  if (chosen === 'en' || chosen === 'zh') return chosen;
  for (const tag of asked) {
    if (/^zh\b/i.test(tag)) return 'zh';
    if (/^en\b/i.test(tag)) return 'en';
  }
  return 'en';
}
