/** Screenshots of every page in both languages and themes, on a desktop and a phone, and axe on each: `npm run look -- [page …]`.
 * Needs `npm run dev` at URL (default http://localhost:5173/) and a Chromium (CHROMIUM, default /usr/bin/chromium). */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { chromium } from 'playwright-core';

const URL = process.env.URL ?? 'http://localhost:5173/';
const OUT = process.env.OUT ?? 'dist/look';
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const PAGES = {
  'sign-in': null,
  home: '#/',
  tasks: '#/tasks',
  'create-task': '#/create-task',
  'edit-task': '#/tasks/photos/edit',
  'edit-options': '#/tasks/photos/edit',
  task: '#/tasks/photos',
  'task-runs': '#/tasks/photos?tab=runs',
  'task-failures': '#/tasks/logs-archive?tab=failures',
  'task-real-time': '#/tasks/photos?tab=real-time',
  'task-options': '#/tasks/photos?tab=options',
  'task-audit': '#/tasks/photos?tab=audit',
  run: '#/runs/logs-archive-20261125T220000-0b1d',
  audit: '#/audit',
  settings: '#/settings',
  'not-found': '#/nowhere',
};
/** What is clicked first. */
const CLICKS = { 'edit-options': '.task-wizard button[aria-label*="4"]' };
const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
const asked = process.argv.slice(2);
const pages = Object.entries(PAGES).filter(([name]) => asked.length === 0 || asked.includes(name));

mkdirSync(OUT, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
let problems = 0;

for (const language of (process.env.LANGUAGES ?? 'en,zh').split(',')) {
  for (const theme of (process.env.THEMES ?? 'light,dark').split(',')) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      if (process.env.SIZE !== undefined && process.env.SIZE !== size) continue;
      const context = await browser.newContext({ viewport, reducedMotion: 'reduce' });
      await context.addInitScript(
        ([language, theme]) => {
          localStorage.setItem('ferry.language', language);
          localStorage.setItem('ferry.theme', theme);
        },
        [language, theme],
      );
      const page = await context.newPage();
      page.on('console', (message) => message.type() === 'error' && report(`console: ${message.text()}`));
      page.on('pageerror', (error) => report(`error: ${error.message}`));
      let what = '';
      const report = (text) => {
        problems += 1;
        console.log(`${what}: ${text}`);
      };
      for (const [name, hash] of pages) {
        what = `${name}-${language}-${theme}-${size}`;
        await page.goto(URL);
        await page.evaluate(
          (email) => (email ? sessionStorage.setItem('mock.email', email) : sessionStorage.clear()),
          hash && (process.env.AS ?? 'ops@example.com'),
        );
        await page.goto(`${URL}?${name}${hash ?? ''}`);
        await page.waitForSelector('h1');
        await page.waitForTimeout(900);
        if (name in CLICKS) await page.locator(CLICKS[name]).first().click();
        // A full-page screenshot would make the window one pixel wide for a moment, and the navigation close.
        const height = await page.evaluate(() => document.documentElement.scrollHeight);
        await page.setViewportSize({ ...viewport, height: Math.max(viewport.height, Math.min(height, 6000)) });
        await page.waitForTimeout(200);
        await page.screenshot({ path: `${OUT}/${what}.png` });
        await page.setViewportSize(viewport);
        const width = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        if (width > 0) report(`the page is ${width} px wider than the window`);
        await page.evaluate(AXE);
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        for (const { id, help, nodes } of violations) {
          report(`axe ${id}: ${help}\n    ${nodes.map((node) => node.html.slice(0, 160)).join('\n    ')}`);
        }
      }
      await context.close();
    }
  }
}
await browser.close();
console.log(problems === 0 ? 'no problems' : `${problems} problems`);
process.exitCode = problems === 0 ? 0 : 1;
