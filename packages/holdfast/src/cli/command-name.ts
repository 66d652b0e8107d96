type Env = Readonly<Record<string, string | undefined>>;

/** How this program is called where the user stands: a checkout has it for npm, not on the path of the shell. */
export function commandName(env: Env): string {
  return env['npm_command'] === undefined ? 'holdfast' : 'npx holdfast';
}

/** How the demonstration is started: under `npm start` by the script beside it. */
export function demoCommand(env: Env): string {
  const script = env['npm_command'] === 'run-script' || env['npm_command'] === 'start';
  return script ? 'npm run demo' : `${commandName(env)} demo`;
}
