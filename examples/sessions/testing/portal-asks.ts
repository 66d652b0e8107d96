import { expect } from 'vitest';
import type { Portal } from '../../portal/start-portal.ts';
import { upTo } from '../shared/up-to.ts';
import { PATIENCE_MS } from './workshop.ts';

/** Plans a fault of the portal. */
export async function plan(portal: Portal, fault: object): Promise<void> {
  const answer = await fetch(`${portal.url}/control/faults`, { method: 'POST', body: JSON.stringify(fault) });
  expect(answer.status).toBe(201);
}

/** How often each planned fault has fired. */
export async function fired(portal: Portal): Promise<number[]> {
  const faults = (await (await fetch(`${portal.url}/control/faults`)).json()) as { fired: number }[];
  return faults.map((fault) => fault.fired);
}

/** How often something was done to each thing that it was done to. */
export function times(portal: Portal, kind: 'message' | 'read', key: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const entry of portal.ledger.of(kind))
    counts[String(entry[key])] = (counts[String(entry[key])] ?? 0) + 1;
  return counts;
}

/** What {@link times} says when everything was done once. */
export function onceEach(prefix: string, last: number): Record<string, number> {
  return Object.fromEntries(upTo(last).map((number) => [`${prefix}${number}`, 1]));
}

/** Resolves when the portal has seen that many. */
export async function until(portal: Portal, kind: 'message' | 'read', number: number): Promise<void> {
  await expect
    .poll(() => portal.ledger.of(kind).length, { timeout: PATIENCE_MS, interval: 5 })
    .toBeGreaterThan(number - 1);
}

/** Resolves when the portal was asked so often for such a path. */
export async function untilPath(portal: Portal, path: RegExp, number: number): Promise<void> {
  await expect
    .poll(() => portal.ledger.of('request').filter((entry) => path.test(String(entry['path']))).length, {
      timeout: PATIENCE_MS,
      interval: 5,
    })
    .toBeGreaterThan(number - 1);
}
