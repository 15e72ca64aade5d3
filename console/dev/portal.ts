import type { Plugin } from 'vite';

export function mockPortal(): Plugin {
  return { name: 'mock-portal' };
}
