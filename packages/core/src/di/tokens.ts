/** Injection tokens. Symbols, so that no emitted type metadata is needed. */
export const TOKENS = {
  EventSource: Symbol.for('hftmon.EventSource'),
  EventSourceOptions: Symbol.for('hftmon.EventSourceOptions'),
  CollectorRegistry: Symbol.for('hftmon.CollectorRegistry'),
  DeliveryOptions: Symbol.for('hftmon.DeliveryOptions'),
  Logger: Symbol.for('hftmon.Logger'),
  SessionClock: Symbol.for('hftmon.SessionClock'),
  Session: Symbol.for('hftmon.Session'),
} as const;
