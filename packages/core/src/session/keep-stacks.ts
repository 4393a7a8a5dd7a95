import { kindAt } from '../record/fields.js';
import { ranKernelStack, ranUserStack } from '../record/payload/ran.js';
import { switchKernelStack, switchUserStack } from '../record/payload/switch.js';
import { RECORD_WORDS } from '../record/record-descriptor.js';
import { RecordKind } from '../record/record-kind.js';
import type { RecordQuery } from '../ring/record-query.js';
import { NO_STACK, type StackResolver } from './stack-resolver.js';

/** Makes a resolver remember the stacks that records refer to, for after the source is closed. */
export function keepStacks(history: RecordQuery, stacks: StackResolver): void {
  if (stacks.keep === undefined) return;
  const ids = new Set<number>();
  history.scan(({ u32, count }) => {
    for (let i = 0, base = 0; i < count; i++, base += RECORD_WORDS) {
      const kind = kindAt(u32, base);
      if (kind === RecordKind.Switch) {
        ids.add(switchUserStack(u32, base));
        ids.add(switchKernelStack(u32, base));
      } else if (kind === RecordKind.Ran) {
        ids.add(ranUserStack(u32, base));
        ids.add(ranKernelStack(u32, base));
      }
    }
  });
  ids.delete(NO_STACK);
  for (const id of ids) stacks.keep(id);
}
