/** The parts that are used of a module whose types do not name the file that Node needs to find it. */
declare module 'selenium-webdriver/http/index.js' {
  interface Client {
    send(request: {
      readonly method: string;
      readonly path: string;
      readonly data: unknown;
    }): Promise<object>;
  }

  /** Turns commands into requests. */
  export class Executor {
    constructor(client: Client);
    defineCommand(name: string, method: string, path: string): void;
    execute(command: object): Promise<unknown>;
  }

  /** The client that the driver brings along; sends a request up to four times. */
  export class HttpClient implements Client {
    constructor(url: string);
    send(request: object): Promise<object>;
  }

  /** What a client gives back; the body is text. */
  export class Response {
    constructor(status: number, headers: object, body: string);
  }
}
