import { UpstreamError } from './errors.ts';
import type { Upstream } from './upstream-port.ts';

type Fields = Readonly<Record<string, unknown>>;

const actions: Readonly<Record<string, (upstream: Upstream, fields: Fields) => unknown>> = {
  arm: (upstream, fields) => upstream.arm(text(fields, 'fault')),
  disarm: (upstream, fields) =>
    upstream.disarm(fields['fault'] === undefined ? undefined : text(fields, 'fault')),
  pending: (upstream) => upstream.pending(),
  restamp: (upstream, fields) =>
    upstream.restamp(Array.isArray(fields['ids']) ? fields['ids'].map(String) : count(fields)),
  settle: (upstream) => upstream.settle(),
  newVersion: (upstream, fields) => upstream.newVersion(text(fields, 'id')),
  withdraw: (upstream, fields) => upstream.withdraw(text(fields, 'id')),
  remove: (upstream, fields) => upstream.remove(text(fields, 'id')),
  publishInJournal: (upstream, fields) => upstream.publishInJournal(text(fields, 'id')),
  addRecords: (upstream, fields) => upstream.addRecords(count(fields)),
  hide: (upstream, fields) =>
    upstream.hide(count(fields), typeof fields['at'] === 'number' ? fields['at'] : undefined),
  unlist: (upstream, fields) =>
    upstream.unlist(count(fields), typeof fields['at'] === 'number' ? fields['at'] : undefined),
  publishHidden: (upstream) => upstream.publishHidden(),
  poison: (upstream, fields) => upstream.poison(text(fields, 'id'), fields['everywhere'] === true),
  cure: (upstream, fields) => upstream.cure(text(fields, 'id')),
  purge: (upstream) => upstream.purge(),
  truth: (upstream) => [...upstream.truth()],
  summary: (upstream) => upstream.ledger.summary(),
};

/**
 * Does what a JSON object `{"do": "restamp", "count": 5}` says and gives the result: the way into a running process.
 * The names are the methods of `Upstream`. @throws UpstreamError
 */
export function control(upstream: Upstream, body: string): unknown {
  const fields = JSON.parse(body) as Fields;
  const name = String(fields['do']);
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action === undefined)
    throw new UpstreamError(
      'ERR_UPSTREAM_OPTION',
      `there is no action "${name}"`,
      `known actions: ${Object.keys(actions).join(', ')}`,
    );
  return action(upstream, fields) ?? null;
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string')
    throw new UpstreamError('ERR_UPSTREAM_OPTION', `"${name}" must be text`, 'see the README of the package');
  return value;
}

function count(fields: Fields): number {
  const value = fields['count'];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new UpstreamError(
      'ERR_UPSTREAM_OPTION',
      '"count" must be a whole number',
      'see the README of the package',
    );
  }
  return value;
}
