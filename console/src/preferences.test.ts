import { expect, test } from 'vitest';

import { link, route } from './links';
import { firstLanguage } from './preferences';

test.each([
  [['zh-CN', 'en'], null, 'zh'],
  [['zh-Hant-TW'], null, 'zh'],
  [['en-GB', 'zh'], null, 'en'],
  [['de-DE', 'zh'], null, 'zh'],
  [['de-DE'], null, 'en'],
  [['zh-CN'], 'en', 'en'],
  [['en'], 'klingon', 'en'],
] as const)('of %j, chosen before %s, the first language is %s', (asked, chosen, language) => {
  expect(firstLanguage(asked, chosen)).toBe(language);
});

test('addresses keep what is in a name', () => {
  expect(route.run('a/b c')).toBe('/runs/a%2Fb%20c');
  expect(link.task('photos', 'runs')).toBe('#/tasks/photos?tab=runs');
  expect(link.tasks()).toBe('#/tasks');
});
