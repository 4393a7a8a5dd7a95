import type { Collector } from '@hftmon/core';
import { FakeRoots } from '../fakes/fake-roots.js';
import { HostedCollector } from '../fakes/hosted-collector.js';
import { prepare } from './prepare.js';
import type { Subject } from './options.js';

/** A collector on a host of its own, with empty `/proc` and `/sys`. */
export interface Hosted<C, Q, S> {
  readonly host: HostedCollector<C, Q, S>;
  readonly collector: Collector<C, Q, S>;
  readonly roots: FakeRoots;
  open(): void;
}

/** Runs `body` with a new collector, and cleans up whatever happens. */
export function withHosted<C, Q, S>(
  { create, options }: Subject<C, Q, S>,
  body: (hosted: Hosted<C, Q, S>) => void,
): void {
  using roots = prepare(new FakeRoots());
  const source = options.source?.();
  const host = new HostedCollector(create(), {
    procRoot: roots.procRoot,
    sysRoot: roots.sysRoot,
    ...(source === undefined ? {} : { source }),
  });
  try {
    body({
      host,
      collector: host.collector,
      roots,
      open: () => host.open(options.config()),
    });
  } finally {
    host.close();
  }
}

/** The same with the collector open. */
export function withOpen<C, Q, S>(
  subject: Subject<C, Q, S>,
  body: (hosted: Hosted<C, Q, S>) => void,
): void {
  withHosted(subject, (hosted) => {
    hosted.open();
    body(hosted);
  });
}
