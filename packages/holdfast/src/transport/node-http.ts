/**
 * `node:http` and `node:https` as they are. An `import` of `node:http` makes Node read every export of it, lazy ones
 * included, which loads its whole `fetch`: a fifth of the engine's start.
 */
export const http = process.getBuiltinModule('node:http');
/** See `http`. */
export const https = process.getBuiltinModule('node:https');
