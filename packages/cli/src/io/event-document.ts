import { correctionToJson, type SpikeCorrection } from '@hftmon/monitor';
import { toJson } from '../format/json.js';
import type { Output } from './output.js';

/** Corrections that a document lists; those of a stream are all written. */
const LISTED_CORRECTIONS = 4096;

/**
 * One JSON document of spikes or spans. They are written as they come, so that none are held in
 * memory; nothing is written before there is something: a run that fails to start prints an error
 * alone.
 */
export class EventDocument {
  readonly #output: Output;
  readonly #corrections: string[] = [];
  #before: string;
  #after: string;

  constructor(output: Output, type: 'spikes' | 'spans') {
    this.#output = output;
    this.#before = `{\n"schema": "hftmon.${type}/1",\n"type": "${type}",\n"${type}": [\n`;
    this.#after = `${this.#before}],`;
  }

  /** @param event - in its JSON form */
  add(event: object): void {
    this.#output.write(this.#before + toJson(event, 'jsonl'));
    this.#before = ',\n';
    this.#after = '\n],';
  }

  correct(correction: SpikeCorrection): void {
    if (this.#corrections.length === LISTED_CORRECTIONS) return;
    this.#corrections.push(toJson(correctionToJson(correction), 'jsonl'));
  }

  end(summary: object): void {
    const corrections = this.#corrections.join(',\n');
    this.#output.write(`${this.#after}\n"corrections": [${corrections}],`);
    this.#output.line(`\n"summary": ${toJson(summary, 'json')}\n}`);
  }
}
