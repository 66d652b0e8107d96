import { check, type Check, type Fault, type Played } from '../../fault.ts';
import type { Stage } from '../../stage.ts';
import { Scene } from './scene.ts';
import { ProductFailure } from '../../product/product-failure.ts';

/** What people mistype, and where they type it. */
export const commandFaults: readonly Fault[] = [
  {
    name: 'mistyped commands',
    layer: 'surface',
    about: 'Commands, flags and values with typing errors.',
    holds: 'Each ends with 2, says what was meant where it is near, and shows no stack.',
    quick: true,
    play: mistyped,
  },
  {
    name: 'no terminal',
    layer: 'surface',
    about:
      'Every command that prints for people is run without a terminal, with TERM=dumb, and without a HOME.',
    holds: 'It works, and not one escape sequence is printed.',
    quick: false,
    play: noTerminal,
  },
];

/** The words, and what the complaint has to hold. */
const TYPOS: readonly (readonly [words: readonly string[], hint: RegExp])[] = [
  [['stauts'], /status/],
  [['exprot', '--format', 'jsonl'], /export/],
  [['status', '--jsn'], /--json/],
  [['export', '--format', 'jsnol'], /jsonl/],
  [['export'], /--format/],
  [['run', '--onec'], /--once/],
  [['feed', '--since-seq', 'yesterday'], /number|whole/i],
  [['service', 'instal'], /install/],
];

async function mistyped(stage: Stage): Promise<Played> {
  const scene = await harvested(stage);
  const ends = await Promise.all(
    TYPOS.map(async ([words, hint]) => ({
      words: words.join(' '),
      hint,
      ...(await scene.background.product.run(...words)),
    })),
  );
  const checks = ends.flatMap(({ words, hint, code, stdout, stderr }): readonly Check[] => [
    check(`\`${words}\` ends with 2`, code === 2, `exit ${String(code)}: ${stderr.slice(0, 200)}`),
    check(`\`${words}\` says what was meant`, hint.test(stderr), stderr.slice(0, 200)),
    check(
      `\`${words}\` shows no stack and prints no result`,
      stdout === '' && !/\n\s+at /.test(stderr),
      stdout + stderr,
    ),
  ]);
  return await scene.finish({
    injected: ends.filter(({ code }) => code !== null).length,
    wanted: TYPOS.length,
    detectMs: null,
    recoverMs: null,
    undisturbed: true,
    checks,
    evidence: `${String(TYPOS.length)} mistyped commands, such as "${ends[0]?.stderr.trim().split('\n')[0] ?? ''}"`,
  });
}

const SPOKEN = [
  ['status'],
  ['sources'],
  ['incidents'],
  ['gaps'],
  ['quarantine'],
  ['search', 'the'],
  ['doctor', '--offline'],
  ['config'],
  ['--help'],
] as const;

async function noTerminal(stage: Stage): Promise<Played> {
  const scene = await harvested(stage);
  const { product } = scene.background;
  const bare = { TERM: 'dumb', HOME: '', NO_COLOR: '' };
  const checks: Check[] = [];
  let spoken = 0;
  for (const words of SPOKEN) {
    const { code, stdout, stderr } = await product.startWith({ env: bare }, ...words).ended;
    spoken += Number((stdout + stderr).length > 0);
    const escapes = /[\u001b\u009b]/.test(stdout + stderr);
    const name = words.join(' ');
    checks.push(
      check(`\`${name}\` prints no escape`, !escapes, JSON.stringify((stdout + stderr).slice(0, 80))),
      check(
        `\`${name}\` is no crash`,
        code !== null && code !== 1 && code !== 2 && !/\n\s+at /.test(stderr),
        `exit ${String(code)}: ${stderr.slice(0, 200)}`,
      ),
    );
  }
  return await scene.finish({
    injected: spoken,
    wanted: SPOKEN.length,
    detectMs: null,
    recoverMs: null,
    undisturbed: true,
    checks,
    evidence: `${String(SPOKEN.length)} commands without a terminal`,
  });
}

/** A store that `run --once` filled: nothing runs any more. */
async function harvested(stage: Stage): Promise<Scene> {
  const scene = await Scene.open(stage, { records: 60 }, false);
  const { code, stderr } = await scene.background.product.run('run', '--once', '--deadline', '90s');
  if (code !== 0) throw new ProductFailure(`run --once ended with ${String(code)}: ${stderr}`);
  return scene;
}
