/** Loaded before `main.ts`: puts the mutant that `SESSION_MUTANT` names into the sources as they are loaded. */
import { registerHooks } from 'node:module';
import { MUTANTS } from './mutants.ts';

const mutant = MUTANTS.find((each) => each.name === process.env['SESSION_MUTANT']);
if (mutant === undefined) throw new Error('SESSION_MUTANT names no mutant');

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
