/** A piece of a key; `isMark` stands for a character that would not be seen, or would hide others. */
export interface Piece {
  text: string;
  isMark: boolean;
}

/** Control and format characters, other white space than a space in the middle, and halves of surrogate pairs. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]|(?! )\p{Zs}|^ +| +$/gu;

/** Cut a key so that nothing in it can play tricks on the reader: `a<LF>b` is told from `a b`, right-to-left marks are shown. */
export function visiblePieces(key: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of key.matchAll(UNSEEN)) {
    if (match.index > end) pieces.push({ text: key.slice(end, match.index), isMark: false });
    pieces.push({ text: [...match[0]].map(mark).join(''), isMark: true });
    end = match.index + match[0].length;
  }
  if (end < key.length || key === '') pieces.push({ text: key.slice(end), isMark: false });
  return pieces;
}

/** One line of text without anything unseen, for names and labels. */
export function visibleText(key: string): string {
  return visiblePieces(key)
    .map((piece) => piece.text)
    .join('');
}

function mark(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (character === ' ') return '\\x20';
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}
