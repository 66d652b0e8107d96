import { spawnSync } from 'node:child_process';

/**
 * Runs npm in a folder without install scripts; its standard output. What it says on standard error is told only when
 * it fails.
 */
export function npm(cwd: string, ...args: readonly string[]): string {
  const script = process.env['npm_execpath'];
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier'];
  const options = { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 } as const;
  const { status, stdout, stderr } =
    script === undefined
      ? spawnSync('npm', [...args, ...flags], { ...options, shell: process.platform === 'win32' })
      : spawnSync(process.execPath, [script, ...args, ...flags], options);
  if (status !== 0) throw new Error(`npm ${args.join(' ')} ended with ${status}:\n${stderr}`);
  return stdout;
}
