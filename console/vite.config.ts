import { fileURLToPath } from 'node:url';

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

import { mockPortal } from './dev/portal';

/** In mode `mock` a portal made of fixtures answers the API, and sign-in accepts any password: for development only. */
export default defineConfig(({ mode }) => ({
  base: './',
  plugins: mode === 'mock' ? [react(), mockPortal()] : [react()],
  resolve: {
    alias: mode === 'mock' ? [{ find: /^.*\/auth\/cognito$/, replacement: at('./dev/cognito.ts') }] : [],
  },
  build: {
    // The content security policy allows scripts, styles and fonts of the same origin only: nothing may be inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
}));

function at(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
