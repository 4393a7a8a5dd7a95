import { X86_REGISTER } from '@hftmon/perf-native';
import { iced } from './iced.js';

/** No register. */
export const NO_REGISTER = -1;

/**
 * Number in a sample of a register as the decoder numbers it; {@link NO_REGISTER} for none,
 * `undefined` for one that a sample does not hold. Parts of a register (EAX) are found as the whole.
 */
export function sampleRegister(register: number): number | undefined {
  const { Register, RegisterExt } = iced();
  if (register === Register.None) return NO_REGISTER;
  const name = Register[RegisterExt.fullRegister(register)] as string;
  const key = name.toLowerCase().replace(/^r(?=[a-z])/, '');
  return X86_REGISTER[key as keyof typeof X86_REGISTER];
}
