/** `npm run machine`: a running harvest is stopped, its clock stepped, its network taken away; what does it do then? */
import { parseArgs } from 'node:util';
import { clockSteps } from './clock-steps.ts';
import { interfaceDown } from './interface.ts';
import type { Finding, Scenario } from './scenario.ts';
import { stopped } from './stopped.ts';

const SCENARIOS: readonly Scenario[] = [interfaceDown, clockSteps, stopped];

const HELP = `Changes the machine under a running harvest of three simulated upstreams.

  --only TEXT   only scenarios whose name holds this text
  --json        findings as JSON

Exit code 5 when something did not hold, or a fault did not fire.
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const findings: Finding[] = [];
  for (const scenario of SCENARIOS.filter(({ name }) => name.includes(values.only ?? ''))) {
    const finding = await play(scenario);
    findings.push(finding);
    if (values.json !== true) print(finding);
  }
  if (values.json === true) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
  return findings.length > 0 && findings.every(({ problems }) => problems.length === 0) ? 0 : 5;
}

async function play(scenario: Scenario): Promise<Finding> {
  const missing = scenario.missing();
  if (missing !== null) {
    // In CI what a machine lacks is a failure; elsewhere it is said and passed over.
    const problems = process.env['HOLDFAST_REQUIRE_ALL'] === '1' ? [`needs ${missing}`] : [];
    return { scenario: scenario.name, fired: null, seen: `not covered: needs ${missing}`, problems };
  }
  const found = await scenario.play();
  const unfired = found.fired === null ? ['the fault did not fire'] : [];
  return { scenario: scenario.name, ...found, problems: [...unfired, ...found.problems] };
}

function print({ scenario, fired, seen, problems }: Finding): void {
  process.stdout.write(`${problems.length === 0 ? 'held  ' : 'BROKEN'} ${scenario}\n`);
  process.stdout.write(`       fault: ${fired ?? '-'}\n       seen: ${seen}\n`);
  for (const problem of problems) process.stdout.write(`       - ${problem}\n`);
}

process.exitCode = await main();
