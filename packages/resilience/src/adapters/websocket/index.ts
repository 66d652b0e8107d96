export type { CloseEventLike, Sendable, WebSocketLike } from './web-socket-like.ts';
export { webSocketAdapter } from './websocket-adapter.ts';
export type { WebSocketAdapterOptions } from './websocket-adapter.ts';
export type { ApplicationPing, ChannelLimits, WebSocketChannel } from './websocket-channel.ts';
export { classifyWebSocket, CLOSE_RULES, WEBSOCKET_RULES } from './websocket-rules.ts';
export type { CloseRule } from './websocket-rules.ts';
