import { createContext, use } from 'react';

import type { PortalConfig } from './api';
import { UnreachableError } from './api';

/** Read `config.json` beside the page. Throws `UnreachableError`. */
export async function readConfig(): Promise<PortalConfig> {
  try {
    const response = await fetch(new URL('config.json', document.baseURI), { cache: 'no-cache' });
    if (!response.ok) throw new UnreachableError(`status ${response.status}`);
    return (await response.json()) as PortalConfig;
  } catch (error) {
    throw error instanceof UnreachableError ? error : new UnreachableError(error);
  }
}

export const ConfigContext = createContext<PortalConfig | null>(null);

export function useConfig(): PortalConfig {
  const config = use(ConfigContext);
  if (config === null) throw new Error('useConfig needs a ConfigContext around it');
  return config;
}
