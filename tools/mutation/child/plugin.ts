import { join } from 'node:path';
import type { Plan } from './protocol.ts';

/** A plugin of vite, as far as it is used here. */
export interface SourcePlugin {
  readonly name: string;
  readonly enforce: 'pre';
  transform(code: string, id: string): { code: string; map: null } | undefined;
}

/**
 * Gives the instrumented text for the sources of the plan, and the same random numbers to every run of a test file
 * with properties of fast-check: a survivor has to survive again. Such a test ends at its first failure, since
 * nobody reads the smallest counterexample.
 */
export function instrumented({ root, sources, tests, seed }: Plan): SourcePlugin {
  const texts = new Map(Object.entries(sources).map(([file, text]) => [join(root, file), text]));
  const testFiles = new Set(tests.map((file) => join(root, file)));
  const settings = JSON.stringify({ seed, endOnFailure: true });
  return {
    name: 'holdfast-mutation',
    enforce: 'pre',
    transform(code, id) {
      const text = texts.get(id);
      if (text !== undefined) return { code: text, map: null };
      if (!testFiles.has(id) || !code.includes("'fast-check'")) return undefined;
      const first = `import { configureGlobal as __settle } from 'fast-check'; __settle(${settings});`;
      return { code: first + code, map: null };
    },
  };
}
