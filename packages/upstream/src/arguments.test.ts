import { describe, expect, it } from 'vitest';
import { readArguments } from './arguments.ts';

describe('the command line', () => {
  it.each([
    [[], '--kind is missing'],
    [['--kind', 'x'], 'there is no kind "x"'],
    [['--kind', 'arxiv', '--records', 'many'], '--records "many"'],
    [['--kind', 'arxiv', '--page-size', '0'], '--page-size "0"'],
    [['--kind', 'arxiv', '--port', '70000'], '--port "70000"'],
    [['--kind', 'arxiv', '--now', 'soon'], '--now "soon"'],
    [['--kind', 'arxiv', '--granularity', 'hours'], '--granularity "hours"'],
    [['--kind', 'arxiv', '--speed', '9'], "Unknown option '--speed'"],
    [['--kind', 'arxiv', 'extra'], 'Unexpected argument'],
  ])('refuses %j with a sentence', (args, message) => {
    expect(() => readArguments(args)).toThrow(message);
  });

  it('reads what the contract names', () => {
    const args =
      '--kind oai-pmh --port 0 --seed 4 --records 9 --fault 500@1x3 --fault 429@2 --ledger l.jsonl --ledger-ids off'.split(
        ' ',
      );
    expect(readArguments(args)).toMatchObject({
      do: 'serve',
      port: 0,
      ledger: 'l.jsonl',
      options: { kind: 'oai-pmh', seed: 4, records: 9, faults: ['500@1x3', '429@2'], ledgerIds: false },
    });
  });
});
