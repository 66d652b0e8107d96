import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';

/** Blocks its loop for as long as it is told to, and then tells everything that it noticed until its next looks. */
const source = `import { systemClock, watchTime } from ${JSON.stringify(new URL('../../src/clock/index.ts', import.meta.url).href)};
  import { createInterface } from 'node:readline';
  const say = (message) => console.log(JSON.stringify(message));
  watchTime({ clock: systemClock, tickMs: 100, onEvent: say });
  createInterface(process.stdin).on('line', (line) => {
    const [began, before] = [performance.now(), process.cpuUsage()];
    while (performance.now() < began + Number(line));
    const { user, system } = process.cpuUsage(before);
    const share = (user + system) / 1_000 / (performance.now() - began);
    setTimeout(say, 300, { type: 'looked', share });
  });
  setTimeout(say, 300, { type: 'looked', share: 0 });`;

test.skipIf(process.platform === 'win32')(
  'a process that is stopped tells a pause, and one that blocks its own loop a block',
  async ({ skip }) => {
    const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', source], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    /** What it tells until it has looked, and which share of a processor it got meanwhile. */
    const told = async (): Promise<{ types: string[]; share: number }> => {
      const types: string[] = [];
      for (;;) {
        const { value, done = false } = await lines.next();
        if (done) throw new Error('it ended');
        const { type, share = 0 } = JSON.parse(String(value)) as { type: string; share?: number };
        if (type === 'looked') return { types, share };
        types.push(type);
      }
    };
    try {
      await told();
      child.kill('SIGSTOP');
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      child.kill('SIGCONT');
      child.stdin.write('0\n');
      expect((await told()).types).toContain('pause');
      // Where others compute it may get too little of the processor to be told from one that is stopped: again.
      for (let tries = 0; tries < 10; tries += 1) {
        child.stdin.write('1500\n');
        const { types, share } = await told();
        if (share < 0.4) continue;
        expect(types).toContain('block');
        return;
      }
      skip('this machine gave it less than two fifths of a processor');
    } finally {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
  },
);
