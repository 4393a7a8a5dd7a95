import { RecordingCollector } from './recording-collector.js';

/** A collector that answers with what it was asked. */
export class AskedCollector extends RecordingCollector {
  readonly affinity = answerOf('affinity');
  readonly coalescing = answerOf('coalescing');
  readonly deferredWork = answerOf('deferredWork');
  readonly workRuns = answerOf('workRuns');
  readonly ticks = answerOf('ticks');
  readonly tlbSenders = answerOf('tlbSenders');
  readonly inversions = answerOf('inversions');
  readonly attributeChanges = answerOf('attributeChanges');
  readonly throttling = answerOf('throttling');
}

function answerOf(name: string): (query?: unknown) => unknown {
  return (query) => [name, query];
}
