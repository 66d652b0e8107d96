import { dirname, join, resolve } from 'node:path';
import { rolldown, type Plugin } from 'rolldown';
import { inPlace } from './bundle-engine.ts';

/**
 * Puts the simulation into one file of the published application, so that whoever installed it can play the histories.
 * It is joined from the compiled modules of the product, not from their sources: what is simulated is what is installed.
 * `application` is the folder of the package.
 */
export async function bundleSimulation(application: string): Promise<void> {
  const file = join(application, 'dist/simulation/main.js');
  const bundle = await rolldown({
    input: join(application, 'test/simulation/main.ts'),
    platform: 'node',
    external: [/^node:/],
    plugins: [compiled(application), inPlace(file)],
    treeshake: { moduleSideEffects: false },
  });
  // Without its comments it is a third smaller; its code is printed as the engine's own file is.
  await bundle.write({ file, format: 'esm', codeSplitting: false, comments: false });
  await bundle.close();
}

/** Finds what the simulation takes from the product's sources among what was compiled from them. */
function compiled(application: string): Plugin {
  const [sources, dist] = [join(application, 'src'), join(application, 'dist')];
  return {
    name: 'compiled',
    resolveId: (wanted, importer) => {
      if (importer === undefined || !wanted.startsWith('.')) return null;
      const path = resolve(dirname(importer), wanted);
      return path.startsWith(sources) ? dist + path.slice(sources.length).replace(/\.ts$/, '.js') : null;
    },
  };
}
