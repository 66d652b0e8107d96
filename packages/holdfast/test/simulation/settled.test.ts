import { expect, test } from 'vitest';
import { settled } from './settled.ts';

test('everything that waits on promises and ticks alone has run when it resolves', async () => {
  let steps = 0;
  async function walk(): Promise<void> {
    for (let step = 0; step < 200; step += 1) {
      await Promise.resolve();
      steps += 1;
    }
    await new Promise<void>((resolve) => process.nextTick(resolve));
    await Promise.resolve();
    steps += 1;
  }
  void walk();
  await settled();
  expect(steps).toBeGreaterThanOrEqual(200);
  await settled();
  expect(steps).toBe(201);
});

test('no turn of the event loop passes meanwhile', async () => {
  let turned = false;
  setImmediate(() => (turned = true));
  for (let round = 0; round < 20; round += 1) await settled();
  expect(turned).toBe(false);
});
