/** Reading translations as data: for the test that keeps the languages alike. */

export type Texts = { [key: string]: string | Texts };

/** All keys with their texts, dotted: `rules.length`. */
export function flatten(texts: Texts, prefix = ''): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, text] of Object.entries(texts)) {
    if (typeof text === 'string') flat.set(prefix + key, text);
    else for (const [inner, value] of flatten(text, `${prefix}${key}.`)) flat.set(inner, value);
  }
  return flat;
}

/** What a text has filled in: `{{name}}`s and the tags of `<Trans>`. */
export function holes(text: string): string[] {
  return (text.match(/\{\{\s*\w+[^}]*\}\}|<\/?\w+\s*\/?>/g) ?? []).map((hole) => hole.replaceAll(/\s/g, '')).sort();
}

/** Plural forms differ by language: `object_one`, `object_other` are both `object`. */
export function withoutPlural(key: string): string {
  return key.replace(/_(zero|one|two|few|many|other)$/, '');
}

/** Whether some source names the key: by a string of its own, with its namespace, or by a template that begins it. */
export function isUsed(namespace: string, key: string, sources: string): boolean {
  const name = withoutPlural(key);
  const quoted = (text: string) => ["'", '"', '`'].some((quote) => sources.includes(quote + text + quote));
  if (quoted(name) || quoted(`${namespace}:${name}`)) return true;
  return name
    .split('.')
    .slice(0, -1)
    .map((_, index, parts) => parts.slice(0, index + 1).join('.'))
    .some((prefix) => sources.includes(`\`${prefix}.\${`) || sources.includes(`\`${namespace}:${prefix}.\${`));
}
