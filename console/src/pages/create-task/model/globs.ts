/** Patterns of keys, one a line: what would make the API refuse one. */

export const MAX_PATTERNS = 100;
export const MAX_PATTERN = 1024;

export type PatternProblem = 'patternLength' | 'patternBraces' | 'patternBrackets' | 'patternRange' | 'patternEscape';

export function patternsIn(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
    .filter((line) => line.trim() !== '');
}

/** Null if a glob can be read. Regular expressions, behind `re:`, are left to the API, whose syntax is RE2's. */
export function patternProblem(pattern: string): PatternProblem | null {
  if ([...pattern].length > MAX_PATTERN) return 'patternLength';
  return pattern.startsWith('re:') ? null : globProblem([...pattern]);
}

function globProblem(glob: string[]): PatternProblem | null {
  let isInBraces = false;
  for (let place = 0; place < glob.length; place += 1) {
    const character = glob[place];
    if (character === '\\') {
      place += 1;
      if (place === glob.length) return 'patternEscape';
    } else if (character === '{') {
      if (isInBraces) return 'patternBraces';
      isInBraces = true;
    } else if (character === '}') {
      isInBraces = false;
    } else if (character === '[') {
      const end = classEnd(glob, place + 1);
      if (typeof end === 'string') return end;
      place = end;
    }
  }
  return isInBraces ? 'patternBraces' : null;
}

/** The place of the bracket that closes a class. */
function classEnd(glob: string[], begin: number): number | PatternProblem {
  let place = glob[begin] === '!' || glob[begin] === '^' ? begin + 1 : begin;
  const first = place;
  while (place < glob.length && (glob[place] !== ']' || place === first)) {
    if (glob[place] === '\\') place += 1;
    const low = glob[place] ?? '';
    let high = low;
    if (glob[place + 1] === '-' && place + 2 < glob.length && glob[place + 2] !== ']') {
      place += glob[place + 2] === '\\' ? 3 : 2;
      high = glob[place] ?? '';
    }
    if ((high.codePointAt(0) ?? 0) < (low.codePointAt(0) ?? 0)) return 'patternRange';
    place += 1;
  }
  return place < glob.length ? place : 'patternBrackets';
}
