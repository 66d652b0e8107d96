const alive = new Set<() => void>();

function killAll(): void {
  for (const kill of alive) kill();
}

/**
 * Calls `kill` when this process (or thread) ends by itself; until the function that is returned is called. One
 * listener for all, so that many children make no warning.
 */
export function killAtExit(kill: () => void): () => void {
  if (alive.size === 0) process.on('exit', killAll);
  alive.add(kill);
  return () => {
    alive.delete(kill);
    if (alive.size === 0) process.off('exit', killAll);
  };
}
