/** A click that leaves a field must not be lost because a sentence below the field moves the page under the pointer. */

let isDown = false;

for (const name of ['pointerup', 'pointercancel'] as const) {
  window.addEventListener(name, () => (isDown = false), { capture: true });
}
window.addEventListener('pointerdown', () => (isDown = true), { capture: true });

/** Call back at once, or once the click that is under way has reached its target. */
export function afterClick(callback: () => void): void {
  if (!isDown) return callback();
  const later = () => setTimeout(callback, 50);
  window.addEventListener('pointerup', later, { once: true });
}
