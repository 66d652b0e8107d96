import type { IntegrityFinding } from '../store/port.ts';
import { askOrDo } from './ask-or-do.ts';
import { EXIT } from '../model/exit-code.ts';
import { printList } from './list.ts';
import type { Register } from './verb.ts';

/** `verify`: recomputes hashes and checks the store's structure; exit code 5 when anything is violated. */
export const register: Register = (command, run) => {
  command.option('--json', 'print one array of findings').action(
    run<{ json?: boolean }>(async ({ io, options, look, resolved }) => {
      const findings = await askOrDo<readonly IntegrityFinding[]>(io, resolved().config, {
        verb: 'verify',
        args: {},
        alone: ({ store }) => collect(store.verify()),
      });
      await printList(io, look, options.json === true, {
        rows: findings,
        columns: [
          { title: 'WHAT', cell: ({ what }) => what },
          { title: 'KEY', cell: ({ key }) => key },
          { title: 'PROBLEM', flexible: true, cell: ({ problem }) => problem },
        ],
        nothing: 'The store is whole: every hash and every reference was checked.',
        next: 'Something changed what was written. Restore a copy of the data folder, or harvest into a new one (--data-dir).',
      });
      return findings.length > 0 ? EXIT.integrity : EXIT.ok;
    }),
  );
};

async function collect<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}
