import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { en } from './en';
import { flatten, holes, isUsed, withoutPlural } from './keys';
import { zh } from './zh';

const SOURCES = readSources(join(import.meta.dirname, '..'));

describe.each(Object.entries(en))('%s', (namespace, texts) => {
  const english = flatten(texts);
  const chinese = flatten(zh[namespace as keyof typeof zh]);

  test('both languages have the same keys', () => {
    const names = (keys: Map<string, string>) => [...new Set([...keys.keys()].map(withoutPlural))].sort();

    expect(names(chinese)).toEqual(names(english));
  });

  test('both languages fill in the same values', () => {
    const differing = [...english.keys()].filter(
      (key) => chinese.has(key) && String(holes(chinese.get(key) ?? '')) !== String(holes(english.get(key) ?? '')),
    );

    expect(differing).toEqual([]);
  });

  test('no text is empty', () => {
    const empty = [...english, ...chinese].filter(([, text]) => text.trim() === '').map(([key]) => key);

    expect(empty).toEqual([]);
  });

  test('every text is used', () => {
    const unused = [...english.keys()].filter((key) => !isUsed(namespace, key, SOURCES));

    expect(unused).toEqual([]);
  });
});

function readSources(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?<!\.test|\.d)\.tsx?$/.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
}
