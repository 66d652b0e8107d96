import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare, countsOf } from '../../checker/compare.ts';
import type { StoredLine } from '../../checker/compare.ts';
import { check, type Fault, type Played } from '../../fault.ts';
import { ProductFailure } from '../../product/product-failure.ts';
import { HOLDFAST, PRODUCT } from '../../product/run-command.ts';
import type { Stage } from '../../stage.ts';
import { Ledger } from '../../upstream/ledger.ts';

/** A systemd of its own, in namespaces and control groups of its own; part of the project's tests, not of the package. */
const ISOLATED = join(PRODUCT, 'test', 'process', 'systemd', 'isolated.sh');
const NOT_ISOLATED = 77;

/** Everything dies at once, and a real service manager boots anew. */
export const systemdFault: Fault = {
  name: 'machine rebooted by systemd',
  layer: 'process',
  about:
    'installed as a user service of a real systemd, killed together with that systemd and everything else in the middle of a harvest, and booted anew',
  holds:
    'the new systemd starts it without a person, it goes on where it was, and nothing is lost or doubled',
  quick: false,
  limitMs: 5 * 60_000,
  missing: () => {
    if (process.platform !== 'linux') return 'Linux with systemd';
    if (process.getuid?.() !== 0) return 'root';
    if (!existsSync('/lib/systemd/systemd')) return 'systemd';
    if (!existsSync(ISOLATED)) return 'a checkout of the project (its isolated systemd)';
    // In control groups of one kind alone there is no place for a second manager.
    return spawnSync('bash', [ISOLATED, 'true'], { timeout: 60_000 }).status === 0
      ? null
      : 'control groups that a second systemd can use';
  },
  play,
};

/** Runs inside: installs, waits for the middle, kills all but this shell, boots, waits for the end. A line each. */
const SCRIPT = `set -u
node=$1 cli=$2 base=$3 data=$4
say() { printf '%s %s\\n' "$1" "$2"; }
mkdir -p "$HOME/tools" "$HOME/.config/holdfast"
cat >"$HOME/tools/loginctl" <<'TOOL'
#!/bin/sh
case "$1" in show-user) echo yes ;; esac
TOOL
chmod +x "$HOME/tools/loginctl"
export PATH="$HOME/tools:$PATH"
cat >"$HOME/.config/holdfast/holdfast.config.json" <<CONFIG
{ "dataDir": "$data", "contact": "drill@example.org", "dashboard": { "port": 0 }, "audit": { "every": "off" },
  "sources": [{ "id": "src", "kind": "oai-pmh", "baseUrl": "$base", "metadataPrefix": "oai_dc", "from": "all", "every": "12h", "minIntervalMs": 200 }] }
CONFIG
cd "$HOME" || exit 1
log="$data/logs/holdfast.log"
commits() { grep -c '"kind":"commit"' "$log" 2>/dev/null || true; }
engines() { grep -lsz 'engine/main\\.js$' /proc/[0-9]*/cmdline | wc -l; }
wait_for() { left=$1; shift; until "$@"; do left=$((left - 1)); [ $left = 0 ] && return 1; sleep 0.1; done; }
middle() { [ "$(commits)" -ge 4 ]; }
caught_up() { tail -n +"$((lines + 1))" "$log" | grep -q '"state":"ok"'; }
none() { [ "$(engines)" = 0 ]; }
"$node" "$cli" service install >install.txt 2>&1 || { cat install.txt >&2; exit 1; }
wait_for 600 middle || { say failed middle; exit 1; }
say before "$(commits)"
kill -KILL -1
wait_for 100 none
say after-kill "engines $(engines) at $(date +%s%3N)"
lines=$(wc -l <"$log")
/lib/systemd/systemd --user --log-target=console >"$HOME/manager-2.log" 2>&1 </dev/null &
wait_for 900 caught_up || { say failed caught-up; tail -5 "$HOME/manager-2.log" >&2; exit 1; }
say first "$(tail -n +"$((lines + 1))" "$log" | grep '"kind":"commit"' | grep -m 1 -v '"inserted":0' | grep -o '"at":[0-9]*' | cut -d: -f2)"
say commits "$(commits)"
say restarted "$(systemctl --user show holdfast.service -p ActiveState --value)"
"$node" "$cli" export --format jsonl >"$data/export.jsonl"
say export $?
"$node" "$cli" verify >/dev/null
say verify $?
"$node" "$cli" service uninstall >/dev/null 2>&1
say uninstall $?
`;

async function play(stage: Stage): Promise<Played> {
  const simulator = await stage.simulate({ kind: 'oai-pmh', records: 150, pageSize: 10 });
  const [script, data] = [join(stage.folder, 'inside.sh'), join(stage.folder, 'data')];
  writeFileSync(script, SCRIPT);
  const child = spawn(
    'bash',
    [ISOLATED, 'bash', script, process.execPath, HOLDFAST, simulator.baseUrl, data],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  stage.defer(() => void child.kill('SIGTERM'));
  let [out, err] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString()));
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  if (code === NOT_ISOLATED) throw new Error(err.trim());
  const said = new Map(
    out.split('\n').map((line) => [line.split(' ')[0] ?? '', line.slice(line.indexOf(' ') + 1)]),
  );
  if (said.get('failed') === 'caught-up')
    throw new ProductFailure(`it was not caught up within 90 s of the boot: ${err.slice(-1_000)}`);
  if (!said.has('export')) throw new Error(`it did not come to its end: ${out}${err}`.slice(0, 1_500));
  const papers = readFileSync(join(data, 'export.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as StoredLine);
  const ledger = Ledger.read(simulator.ledgerFile);
  const killedAt = Number(/at (\d+)/.exec(said.get('after-kill') ?? '')?.[1]);
  const first = Number(said.get('first'));
  return {
    injected: Number(said.get('after-kill')?.startsWith('engines 0 ') ?? false),
    wanted: 1,
    traffic: ledger.exchanges.length,
    ...countsOf([compare(ledger, papers)]),
    recovered: first > 0,
    detectMs: null,
    recoverMs: first > 0 ? first - killedAt : null,
    requestsWasted: null,
    checks: [
      check('it was in the middle', Number(said.get('before')) < Number(said.get('commits')), out),
      check('the new systemd runs it', said.get('restarted') === 'active', said.get('restarted')),
      check('the store is whole', said.get('verify') === '0', said.get('verify')),
      check('it can be removed', said.get('uninstall') === '0', said.get('uninstall')),
    ],
    evidence: `killed after ${said.get('before') ?? '?'} pages, ${said.get('commits') ?? '?'} pages in the end, ${String(papers.length)} papers`,
  };
}
