import { Buffer } from 'node:buffer';

import type { Plugin } from 'vite';

const INLINE_FONT = /url\(["']?data:font\/woff2;base64,([A-Za-z0-9+/=]+)["']?\)/g;

/** Cloudscape's style sheet carries its fonts inside: the policy forbids `data:`, and a browser would load all of them to show anything. */
export function fontsAsFiles(): Plugin {
  return {
    name: 'fonts-as-files',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      for (const sheet of Object.values(bundle)) {
        if (sheet.type !== 'asset' || !sheet.fileName.endsWith('.css')) continue;
        sheet.source = String(sheet.source).replace(INLINE_FONT, (_match, base64: string) => {
          const font = this.emitFile({ type: 'asset', name: 'open-sans.woff2', source: Buffer.from(base64, 'base64') });
          return `url(./${this.getFileName(font).replace(/^.*\//, '')})`;
        });
      }
    },
  };
}
