import { dirname, join, relative } from 'node:path';
import { rolldown, type Plugin } from 'rolldown';

/** What an engine that starts again loads before its first commit: its own process, and its writer's thread. */
const ENTRIES = ['engine/main.js', 'store/sqlite/writer.js'];

/**
 * Puts the engine's process and its writer's thread into one file each, in the place of what was compiled: of the time
 * from the death of an engine to the next commit, loading some three hundred modules one by one was a third.
 * `dist` is the folder of the compiled application.
 */
export async function bundleEngine(dist: string): Promise<void> {
  for (const entry of ENTRIES) {
    const file = join(dist, entry);
    const bundle = await rolldown({
      input: file,
      platform: 'node',
      external: [/^node:/],
      plugins: [inPlace(file)],
      treeshake: { moduleSideEffects: false },
    });
    await bundle.write({ file, format: 'esm', codeSplitting: false });
    await bundle.close();
  }
}

/** Modules that look for files beside themselves find them still: other threads, the version. */
export function inPlace(file: string): Plugin {
  return {
    name: 'in-place',
    transform: (code, id) => {
      if (!code.includes('import.meta.url')) return null;
      const path = relative(dirname(file), id).replaceAll('\\', '/');
      const place = JSON.stringify(path.startsWith('.') ? path : `./${path}`);
      return { code: code.replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`) };
    },
  };
}
