import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@holdfast/resilience/clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { controlPath } from '../control/control-path.ts';
import { listen } from '../control/listen.ts';
import type { ControlWorld } from '../control/ask.ts';
import { openStore } from '../store/sqlite/index.ts';
import { exitAt, incident, supervisorWith } from '../follow/testing/alert-scene.ts';
import { KeptReader } from './kept-reader.ts';
import { observe, takePulse } from './observe.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-observe-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a look at everything', () => {
  it.skipIf(process.platform === 'win32')(
    'still hears the supervisor of an engine that crashes because its store is damaged',
    async () => {
      const dataDir = join(folder, 'data');
      mkdirSync(dataDir);
      const file = join(dataDir, 'store.db');
      writeFileSync(file, 'this is no store'.repeat(1_000));
      const uid = process.getuid?.();
      const env = { XDG_RUNTIME_DIR: folder };
      const world: ControlWorld = { clock: systemClock, platform: process.platform, env, tmp: folder, uid };
      const crashing = supervisorWith({ mode: 'cooling-down' }, [
        exitAt(systemClock.now(), { coolingDown: true }),
      ]);
      const address = controlPath({ ...world, dataDir, part: 'supervisor' });
      const listener = await listen(address, uid, () => Promise.resolve(crashing));
      const store = new KeptReader(file);
      try {
        const view = await observe(world, { dataDir }, store);
        expect(view).toMatchObject({
          supervisor: { exits: [{ coolingDown: true }] },
          engineAnswers: false,
          incidents: [],
          store: null,
          problem: expect.any(String),
        });
      } finally {
        await store.close();
        listener.close();
      }
    },
  );

  it.skipIf(process.platform === 'win32')(
    'has the incidents that only the engine knows: the one of a full disk cannot be written down',
    async () => {
      const dataDir = join(folder, 'data');
      mkdirSync(dataDir);
      const file = join(dataDir, 'store.db');
      const now = systemClock.now();
      const over = incident('outage', now - 9_000, { recoveredAt: now - 1_000 });
      const written = await openStore({ file, clock: systemClock });
      await written.putIncidents([over]);
      await written.close();
      const uid = process.getuid?.();
      const env = { XDG_RUNTIME_DIR: folder };
      const world: ControlWorld = { clock: systemClock, platform: process.platform, env, tmp: folder, uid };
      const full = incident('disk', now - 5_000);
      // It answered a moment before the outage was over.
      const incidents = [full, { ...over, recoveredAt: null }];
      const listener = await listen(controlPath({ ...world, dataDir }), uid, () =>
        Promise.resolve({ sources: [], incidents }),
      );
      const store = new KeptReader(file);
      try {
        const view = await observe(world, { dataDir }, store);
        expect(view.incidents.map(({ id, recoveredAt }) => [id, recoveredAt])).toEqual([
          [full.id, null],
          [over.id, now - 1_000],
        ]);
      } finally {
        await store.close();
        listener.close();
      }
    },
  );
});

describe('whether the engine is well', () => {
  it.skipIf(process.platform === 'win32')(
    'is asked of itself: it answers, and says whether what it fetched can be stored',
    async () => {
      const dataDir = join(folder, 'data');
      const uid = process.getuid?.();
      const world: ControlWorld = {
        clock: systemClock,
        platform: process.platform,
        env: { XDG_RUNTIME_DIR: folder },
        tmp: folder,
        uid,
      };
      expect(await takePulse(world, { dataDir })).toMatchObject({
        engineAnswers: false,
        waitsForDisk: false,
      });
      let sources: object[] = [{ id: 'a', waitsForDisk: false }];
      const listener = await listen(controlPath({ ...world, dataDir }), uid, () =>
        Promise.resolve({ sources }),
      );
      try {
        const pulse = { engineAnswers: true, supervisor: null };
        expect(await takePulse(world, { dataDir })).toEqual({ ...pulse, waitsForDisk: false });
        sources = [...sources, { id: 'b', waitsForDisk: true }];
        expect(await takePulse(world, { dataDir })).toEqual({ ...pulse, waitsForDisk: true });
        // An engine of an older version does not tell.
        sources = [{ id: 'a' }];
        expect(await takePulse(world, { dataDir })).toEqual({ ...pulse, waitsForDisk: false });
      } finally {
        listener.close();
      }
    },
  );
});
