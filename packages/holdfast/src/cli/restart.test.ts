import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { controlPath } from '../control/control-path.ts';
import { listen, type Listener } from '../control/listen.ts';
import type { SupervisorStatus } from '../model/supervisor-status.ts';
import { readVersion } from '../version.ts';
import { runCommandLine } from './main.ts';
import { testIo, type TestIo } from './testing/test-io.ts';

let folder = '';
let io: TestIo;
let listener: Listener | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hf-restart-'));
  const env = { XDG_RUNTIME_DIR: folder, HOLDFAST_DATA_DIR: join(folder, 'data') };
  io = testIo({ cwd: folder, env: { ...env, HOLDFAST_STATE_DIR: join(folder, 'state') } });
});
afterEach(() => {
  listener?.close();
  rmSync(folder, { recursive: true });
});

/** A supervisor whose engine is another process once it was told to restart. */
async function supervisor(manager: SupervisorStatus['manager'], version: string): Promise<void> {
  let pid = 1;
  const place = { dataDir: join(folder, 'data'), part: 'supervisor' } as const;
  listener = await listen(controlPath({ ...io, ...place }), io.uid, (verb) => {
    if (verb === 'restart') pid += 1;
    return Promise.resolve({ manager, version, children: [{ mode: 'running', pid }] });
  });
}

describe.skipIf(process.platform !== 'linux')('restart', () => {
  it('tells the version that runs now', async () => {
    await supervisor(null, readVersion());
    expect(await runCommandLine(['restart'], io)).toBe(0);
    expect(io.out.text).toBe(`Started anew with version ${readVersion()}.\n`);
  });

  it.each([
    [null, 'holdfast stop, then holdfast start'],
    ['systemd', 'holdfast service install'],
  ] as const)('of another installation (%s) tells how to get to this one', async (manager, how) => {
    await supervisor(manager, '9.9.9');
    expect(await runCommandLine(['restart'], io)).toBe(0);
    expect(io.out.text).toBe(
      `Started anew with version 9.9.9.\nThis command line is version ${readVersion()}. To run that: ${how}\n`,
    );
  });

  it('exits with 3 when nothing runs', async () => {
    expect(await runCommandLine(['restart'], io)).toBe(3);
  });
});
