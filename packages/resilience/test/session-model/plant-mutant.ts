import { registerHooks } from 'node:module';
import { MUTANTS } from './mutants.ts';

/** Puts a mutant into the sources of the session as they are loaded, so it has to come before they are. */
export function plantMutant(name: string): void {
  const mutant = MUTANTS.find((each) => each.name === name);
  if (mutant === undefined) throw new Error(`no mutant ${name}`);
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      if (!url.endsWith(`/src/session/${mutant.file}`)) return loaded;
      const { source } = loaded;
      const text = typeof source === 'string' ? source : new TextDecoder().decode(source ?? undefined);
      if (!text.includes(mutant.from)) throw new Error(`${mutant.file} has changed: the mutant does not fit`);
      return { ...loaded, source: text.replace(mutant.from, () => mutant.to) };
    },
  });
}
