import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { covered } from '../../../../test/needs.ts';
import { runs, startHolder } from './awake/start-holder.ts';
import type { Holder } from './awake/start-holder.ts';

const OWN_NETWORK = ['unshare', '-rn'];
const soon = { timeout: 10_000, interval: 20 };

describe.skipIf(!covered('network namespaces', hasNamespaces()))('in a network namespace', () => {
  let holder: Holder;
  afterEach(async () => await holder.kill());

  test.each([
    ['ip monitor', 'monitor'],
    ['polling alone', 'poll'],
  ])('by %s a cable that is put in, pulled and put in again is told', async (_, way) => {
    holder = startHolder(['network', way], { through: OWN_NETWORK });
    expect(await holder.heard('ready')).toMatchObject({ monitor: way === 'poll' ? 'absent' : 'running' });
    const did = doer(holder);
    await did('ip link set lo up');
    await did('ip link add cable type veth peer name wall');
    await did('ip address add 10.99.0.1/24 dev cable');
    await did('ip link set cable up');
    expect(await did('ip -o link show cable')).toContain('NO-CARRIER');
    await did('ip link set wall up');
    const addresses = ['cable 10.99.0.1'];
    expect(await holder.heard('change')).toMatchObject({ type: 'up', addresses });

    await did('ip link set wall down');
    expect(await did('ip -o link show cable')).toContain('NO-CARRIER');
    expect(await holder.heard('change', 2)).toMatchObject({ type: 'down', addresses: [] });

    await did('ip link set wall up');
    expect(await did('ip -o link show cable')).not.toContain('NO-CARRIER');
    expect(await holder.heard('change', 3)).toMatchObject({ type: 'up', addresses });

    await did('ip address add 10.99.0.2/24 dev cable');
    expect(await holder.heard('change', 4)).toMatchObject({
      type: 'changed',
      addresses: [...addresses, 'cable 10.99.0.2'],
    });
    expect(await holder.stop()).toBe(0);
    expect(holder.told.filter(({ event }) => event === 'change')).toHaveLength(4);
  });

  test('an address that is gone and back between two looks is told by ip monitor', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-network-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const again = join(folder, 'again');
    writeFileSync(again, 'address del 10.99.0.1/24 dev cable\naddress add 10.99.0.1/24 dev cable\n');
    holder = startHolder(['network'], { through: OWN_NETWORK });
    await holder.heard('ready');
    const did = doer(holder);
    await did('ip link add cable type veth peer name wall');
    await did('ip address add 10.99.0.1/24 dev cable');
    await did('ip link set wall up');
    await did('ip link set cable up');
    const addresses = ['cable 10.99.0.1'];
    expect(await holder.heard('change')).toMatchObject({ type: 'up', addresses });
    await did(`ip -batch ${again}`);
    expect(await holder.heard('change', 2)).toMatchObject({ type: 'changed', addresses });
  });

  test('with loopback alone nothing is told and nothing waits, and a killed watch leaves no monitor', async () => {
    holder = startHolder(['network'], { through: OWN_NETWORK });
    await holder.heard('ready');
    const did = doer(holder);
    await did('ip link set lo up');
    expect(await did('ip -o link show lo')).toContain('LOOPBACK,UP');
    const children = holder.children();
    expect(children.length).toBeGreaterThan(1);
    await holder.kill();
    await vi.waitFor(() => expect(children.filter(runs)).toEqual([]), soon);
    expect(holder.told.map(({ event }) => event)).toEqual(['ready', 'did', 'did']);
  });
});

/** Runs a command inside, and gives its output once it has succeeded. */
function doer(holder: Holder): (line: string) => Promise<unknown> {
  let count = 0;
  return async (line) => {
    holder.tell(line);
    count += 1;
    return await holder.heard('did', count);
  };
}

function hasNamespaces(): boolean {
  try {
    execFileSync('unshare', ['-rn', 'ip', 'link', 'add', 'cable', 'type', 'veth', 'peer', 'name', 'wall'], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}
