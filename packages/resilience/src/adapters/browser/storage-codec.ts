/**
 * How a key or value of IndexedDB is written as JSON, as text that runs in a page. A primitive stands for itself;
 * everything else is an array that begins with its kind: `["array", ...]`, `["object", [key, value]...]`,
 * `["map", [key, value]...]`, `["set", ...]`, `["date", ms]`, `["regexp", source, flags]`, `["bigint", digits]`,
 * `["number", text]` for what JSON lacks, `["undefined"]`, `["buffer", base64]`, `["bytes", view, base64]`,
 * `["blob", type, base64]`, `["file", type, base64, name, lastModified]`. Anything else (keys of cryptography,
 * handles of files, circles) cannot be written: `encode` rejects.
 */
export const STORAGE_CODEC = `
  const toBase64 = (bytes) => {
    let text = '';
    for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
    return btoa(text);
  };
  const fromBase64 = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const all = (values) => Promise.all(values.map(encode));
  const encode = async (value) => {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number')
      return Number.isFinite(value) && !Object.is(value, -0) ? value : ['number', Object.is(value, -0) ? '-0' : String(value)];
    if (value === undefined) return ['undefined'];
    if (typeof value === 'bigint') return ['bigint', String(value)];
    if (Array.isArray(value)) return ['array', ...(await all(value))];
    if (value instanceof Date) return ['date', await encode(value.getTime())];
    if (value instanceof RegExp) return ['regexp', value.source, value.flags];
    if (value instanceof ArrayBuffer) return ['buffer', toBase64(new Uint8Array(value))];
    if (ArrayBuffer.isView(value)) {
      const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      return ['bytes', value.constructor.name, toBase64(bytes)];
    }
    if (value instanceof Map) return ['map', ...(await Promise.all([...value].map(all)))];
    if (value instanceof Set) return ['set', ...(await all([...value]))];
    if (value instanceof Blob) {
      const text = toBase64(new Uint8Array(await value.arrayBuffer()));
      return value instanceof File
        ? ['file', value.type, text, value.name, value.lastModified]
        : ['blob', value.type, text];
    }
    if (Object.getPrototypeOf(value) !== Object.prototype) throw new TypeError('This value cannot be written as text.');
    return ['object', ...(await Promise.all(Object.entries(value).map(all)))];
  };
  const pairs = (entries) => entries.map(([key, value]) => [decode(key), decode(value)]);
  const decoders = {
    undefined: () => undefined,
    number: (text) => Number(text),
    bigint: (text) => BigInt(text),
    array: (...values) => values.map(decode),
    object: (...entries) => Object.fromEntries(pairs(entries)),
    map: (...entries) => new Map(pairs(entries)),
    set: (...values) => new Set(values.map(decode)),
    date: (ms) => new Date(decode(ms)),
    regexp: (source, flags) => new RegExp(source, flags),
    buffer: (text) => fromBase64(text).buffer,
    bytes: (view, text) => {
      const bytes = fromBase64(text);
      return new globalThis[view](bytes.buffer, 0, bytes.length / (globalThis[view].BYTES_PER_ELEMENT ?? 1));
    },
    blob: (type, text) => new Blob([fromBase64(text)], { type }),
    file: (type, text, name, lastModified) => new File([fromBase64(text)], name, { type, lastModified }),
  };
  const decode = (written) => {
    if (!Array.isArray(written)) return written;
    const [kind, ...rest] = written;
    return decoders[kind](...rest);
  };
`;
