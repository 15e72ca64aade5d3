import { fileURLToPath } from 'node:url';

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

import { fontsAsFiles } from './vite-plugins/fonts';
import { mockPortal } from './dev/portal';

/** In mode `mock` a portal made of fixtures answers the API, and sign-in accepts any password: for development only. */
export default defineConfig(({ mode }) => ({
  base: './',
  plugins: [react(), fontsAsFiles(), ...(mode === 'mock' ? [mockPortal()] : [])],
  resolve: {
    alias: mode === 'mock' ? [{ find: /^.*\/cognito$/, replacement: at('./dev/cognito.ts') }] : [],
  },
  build: {
    // The content security policy allows scripts, styles and fonts of the same origin only: nothing may be inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1_500,
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
}));

function at(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
