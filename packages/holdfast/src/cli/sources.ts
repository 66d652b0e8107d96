import { EXIT } from '../model/exit-code.ts';
import { printList } from './list.ts';
import { readStatus } from '../status/read-status.ts';
import { grouped } from './status/quantities.ts';
import type { Register } from './verb.ts';

/** `sources`: the configured upstreams and how each stands. */
export const register: Register = (command, run) => {
  command.option('--json', 'print one array').action(
    run<{ json?: boolean }>(async ({ io, options, look, resolved }) => {
      const { config } = resolved();
      const { report } = await readStatus(io, config);
      const rows = report.sources.map((status) => {
        const configured = config.sources.find(({ id }) => id === status.id);
        return { ...status, baseUrl: configured?.baseUrl ?? null, from: configured?.from ?? null };
      });
      await printList(io, look, options.json === true, {
        rows,
        columns: [
          { title: 'SOURCE', cell: ({ id }) => id },
          { title: 'KIND', cell: ({ kind }) => kind },
          { title: 'STATE', cell: ({ state }) => state },
          { title: 'RECORDS', align: 'right', cell: ({ recordsTotal }) => grouped(recordsTotal) },
          { title: 'UP TO', cell: ({ watermark }) => watermark?.slice(0, 10) ?? '-' },
          { title: 'WHY', flexible: true, cell: ({ reason }) => reason },
        ],
        nothing: 'No sources are configured.',
      });
      return EXIT.ok;
    }),
  );
};
