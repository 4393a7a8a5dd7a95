import type { RefusedMarks, SpanOrigin, SpanProbeState } from '@hftmon/core';
import type { SyscallRef } from './details/refs.js';
import type { ReceiptPart } from './spike.js';

/** One line of the receipt of a span: one of a spike's, its own work, or sleep of its own will. */
export type SpanPart =
  | ReceiptPart
  | {
      readonly cause: 'span';
      readonly causeClass: 'application';
      /** The thread was running its own code, system calls too short to be told included. */
      readonly ns: number;
      readonly details: Readonly<Record<string, never>>;
    }
  | {
      readonly cause: 'sleep';
      readonly causeClass: 'application';
      readonly ns: number;
      readonly details: {
        readonly count: number;
        readonly longestNs: number;
        /** What it slept in, where that was told; the longest first. */
        readonly calls: readonly (SyscallRef & { readonly ns: number; readonly count: number })[];
      };
    };

/** What a span was made of. The parts are disjoint and sum to `durationNs` exactly. */
export interface SpanReceipt {
  readonly durationNs: number;
  /** The largest first. */
  readonly parts: readonly SpanPart[];
  readonly unexplainedNs: number;
}

/** What the application, or who monitors it, said with the id of a span. */
export interface SpanEvent {
  readonly name: string;
  readonly timestampNs: number;
  readonly value: number;
  /** `mark`: by `monitor.mark`; `instant`: by the application. */
  readonly type: 'mark' | 'instant';
}

/**
 * Who says that a span began and ended: the application, a probe of a function or of static ones,
 * or the waits of an event loop for its next events.
 */
export type SpanSourceName = 'marker' | 'uprobe' | 'usdt' | 'event_loop';

/** One span that took long. */
export interface SlowSpan {
  readonly name: string;
  /** Given by the application, 0 for none. */
  readonly id: number;
  readonly value: number;
  readonly source: SpanSourceName;
  readonly pid: number;
  readonly tid: number;
  readonly comm: string;
  /** Spans of the thread that were open around it. */
  readonly depth: number;
  /** Wall-clock time of its start. */
  readonly timestamp: Date;
  /** Its start, ns since the session epoch. */
  readonly timestampNs: number;
  /** Its start, CLOCK_MONOTONIC ns. */
  readonly monotonicNs: number;
  readonly durationUs: number;
  readonly durationNs: number;
  /** Of its name, when it is over that. */
  readonly budgetUs?: number;
  /** A span that had begun within it was still open when it ended. */
  readonly overlapping?: true;
  /** Not all of it was observed: what no record accounts for is unexplained, not its own work. */
  readonly incomplete?: true;
  /** More happened in it than is kept of its thread; the next ones of that length are whole. */
  readonly truncated?: true;
  readonly receipt: SpanReceipt;
  /**
   * Events of the same id, in the order of time; of the latest 4096 that have one. To listeners those
   * that came before the span had ended are told, by queries those that came later as well.
   */
  readonly events: readonly SpanEvent[];
}

/** All spans of one name in one process. */
export interface SpanSummary {
  readonly name: string;
  readonly pid: number;
  readonly source: SpanSourceName;
  /** Spans that ended. */
  readonly count: number;
  readonly instants: number;
  /** Open now. */
  readonly open: number;
  /** Ends without a beginning, and spans whose thread ended first. */
  readonly errors: number;
  readonly minUs?: number;
  readonly meanUs?: number;
  readonly maxUs?: number;
  /** By percentile; empty without a span. */
  readonly percentiles: readonly { readonly percentile: number; readonly us: number }[];
  readonly budgetUs?: number;
  /** Spans over the budget; 0 without one. */
  readonly overBudget: number;
}

export interface SpanReport {
  readonly spans: readonly SpanSummary[];
  /** The slowest of each name and those over their budgets, by their start. */
  readonly slow: readonly SlowSpan[];
  /** Where the marks come from, with what was lost of them. */
  readonly origins: readonly SpanOrigin[];
  /** Marks that are not read, each with the reason. */
  readonly refused: readonly RefusedMarks[];
  /** Span probes, in each process that they were meant for. */
  readonly probes: readonly SpanProbeState[];
  /** Spans over their budgets, or among the slowest, without a receipt: there were too many. */
  readonly withheld: number;
  /** Spans and instants of names that found no room: 4096 are told apart, each process counting. */
  readonly unlisted: number;
}

export interface SpanQuery {
  readonly pid?: number;
  readonly name?: string;
  /** Shortest duration of the slow ones, us. */
  readonly minDurationUs?: number;
  /** With the slow spans and their receipts. Default true. */
  readonly includeReceipts?: boolean;
  /** Default 50, 90, 99, 99.9. */
  readonly percentiles?: readonly number[];
}

/** Hears of every span over its budget. */
export type SpanListener = (span: SlowSpan) => void;
