/** What a service starts and in which surroundings: all that the three kinds of definition have in common. */
export interface ServiceSpec {
  /** Absolute path of the Node that is started. */
  readonly node: string;
  /** Node's own options; before the script. */
  readonly nodeOptions: readonly string[];
  /** Absolute path of the supervisor's file. */
  readonly script: string;
  readonly args: readonly string[];
  /** In the order in which they are written. */
  readonly env: Readonly<Record<string, string>>;
  /** A folder that is always there: the home of the user who runs it. */
  readonly workingFolder: string;
}

/** The whole command of a service, the Node first. */
export function commandOf({ node, nodeOptions, script, args }: ServiceSpec): readonly [string, ...string[]] {
  return [node, ...nodeOptions, script, ...args];
}
