import 'reflect-metadata';
import { container, inject, injectable, instanceCachingFactory } from 'tsyringe';
import type { DependencyContainer } from 'tsyringe';
import { MonotonicClock } from '../clock/monotonic-clock.js';
import type { SessionClock } from '../clock/session-clock.js';
import type { CollectorRegistry } from '../collector/collector-registry.js';
import type { DeliveryOptions } from '../session/delivery.js';
import type { EventSource, EventSourceOptions } from '../session/event-source.js';
import { silentLogger, type Logger } from '../session/logger.js';
import { Session } from '../session/session.js';
import type { SessionOptions } from '../session/session-options.js';
import { TOKENS } from './tokens.js';

/** Collects the parts of a session from the container. */
@injectable()
class SessionParts implements SessionOptions {
  constructor(
    @inject(TOKENS.EventSource) readonly source: EventSource,
    @inject(TOKENS.CollectorRegistry) readonly registry: CollectorRegistry,
    @inject(TOKENS.DeliveryOptions) readonly delivery: DeliveryOptions,
    @inject(TOKENS.EventSourceOptions) readonly sourceOptions: EventSourceOptions,
    @inject(TOKENS.SessionClock) readonly clock: SessionClock,
    @inject(TOKENS.Logger) readonly log: Logger,
  ) {}
}

/**
 * Container of one monitor: a child, so that monitors in one process share nothing. Every part
 * may be replaced by registering another under its token before the session is resolved.
 */
export function createMonitorContainer(options: SessionOptions): DependencyContainer {
  const child = container.createChildContainer();
  child.register(TOKENS.EventSource, { useValue: options.source });
  child.register(TOKENS.CollectorRegistry, { useValue: options.registry });
  child.register(TOKENS.DeliveryOptions, { useValue: options.delivery ?? {} });
  child.register(TOKENS.EventSourceOptions, { useValue: options.sourceOptions ?? {} });
  child.register(TOKENS.Logger, { useValue: options.log ?? silentLogger });
  child.register(TOKENS.SessionClock, {
    useFactory: instanceCachingFactory(
      (c) =>
        options.clock ??
        new MonotonicClock(c.resolve<EventSource>(TOKENS.EventSource).epochMonotonicNs),
    ),
  });
  child.register(TOKENS.Session, {
    useFactory: instanceCachingFactory((c) => new Session(c.resolve(SessionParts))),
  });
  return child;
}

/** The session of a monitor's container; always the same one. */
export function resolveSession(monitor: DependencyContainer): Session {
  return monitor.resolve<Session>(TOKENS.Session);
}
