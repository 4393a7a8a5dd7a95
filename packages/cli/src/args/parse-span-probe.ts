import type { SpanProbe } from '@hftmon/monitor';
import { usageError } from '../errors/usage-error.js';

const EXAMPLE =
  'order=/opt/strategy:on_packet, order=strategy:on_packet..send_order or tick=usdt:feed:in..feed:out';
const OF_FUNCTION = /^([^=]+)=([^:]+):([^:].*)$/;
const OF_USDT = /^([^=]+)=usdt:([^:]+:[^:]+)\.\.([^:]+:[^:]+)$/;
const NOTHROW = ',nothrow';

/**
 * One `--span`, added to those before it: `NAME=BINARY:FUNCTION`, with `..FUNCTION` where it ends
 * or `,nothrow`, or `NAME=usdt:PROVIDER:BEGIN..PROVIDER:END`.
 * @throws ConfigurationError when it is of another form
 */
export function parseSpanProbe(text: string, before: readonly SpanProbe[] = []): SpanProbe[] {
  return [...before, parse(text)];
}

function parse(text: string): SpanProbe {
  const usdt = OF_USDT.exec(text);
  if (usdt !== null) {
    const [, name, begin, end] = usdt as unknown as [string, string, string, string];
    return { name, usdt: { begin, end } };
  }
  const nothrow = text.endsWith(NOTHROW);
  const match = OF_FUNCTION.exec(nothrow ? text.slice(0, -NOTHROW.length) : text);
  if (match === null) throw unclear(text);
  const [, name, binary, place] = match as unknown as [string, string, string, string];
  const [from, until, ...more] = place.split('..');
  if (from === undefined || from === '' || until === '' || more.length > 0) throw unclear(text);
  return {
    name,
    binary,
    function: from,
    ...(until === undefined ? {} : { until }),
    ...(nothrow ? { nothrow } : {}),
  };
}

function unclear(text: string): Error {
  return usageError(`--span "${text}" is not clear`, `write it like ${EXAMPLE}`);
}
