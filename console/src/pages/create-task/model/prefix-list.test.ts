import { describe, expect, test } from 'vitest';

import { canonicalPrefixes, MAX_FILE_BYTES, readPrefixList } from './prefix-list';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('readPrefixList', () => {
  test('takes a byte order mark, CR LF and blank lines off, and nothing else', () => {
    expect(readPrefixList(bytes('\uFEFFa/\r\n\r\n   \nb b/ \n照片/\r\n'))).toEqual(['a/', 'b b/ ', '照片/']);
  });

  test('lines end at LF only', () => {
    expect(readPrefixList(bytes('a\u2028b/\n'))).toEqual(['a\u2028b/']);
  });

  test.each([
    ['an empty file', bytes(''), 'listEmpty'],
    ['blank lines', bytes('\uFEFF \r\n\n'), 'listEmpty'],
    ['another encoding', new Uint8Array([0xff, 0xfe, 0x61, 0x00]), 'listNotUtf8'],
    ['a file that is too large', new Uint8Array(MAX_FILE_BYTES + 1), 'listTooLarge'],
  ])('%s is refused', (_, content, problem) => {
    expect(readPrefixList(content)).toBe(problem);
  });
});

describe('canonicalPrefixes', () => {
  test('are in the order of their bytes, each once, none within another', () => {
    expect(canonicalPrefixes('', ['b/', 'a/x/', 'a/', 'b/', '\u{1F6A2}', '\uFF5E'])).toEqual([
      'a/',
      'b/',
      '\uFF5E',
      '\u{1F6A2}',
    ]);
  });

  test('are none when all of the base is chosen', () => {
    expect(canonicalPrefixes('a/', ['a/b/', 'a/'])).toEqual([]);
  });
});
