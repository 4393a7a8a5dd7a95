import { describe, expect, it } from 'vitest';
import { MonitorError, createError, reasonOf, refusal, refusalOf } from '../../../src/index.js';

describe('an error as an answer', () => {
  it('has its reason and its remedy apart', () => {
    const facts = { feature: 'PMU', reason: 'it has. Remedy: none in it', remedy: 'look. Then go' };
    const answer = refusal('HFTMON_E_UNSUPPORTED', facts);
    const { code, message, remedy } = createError('HFTMON_E_UNSUPPORTED', facts);
    expect(answer).toEqual({ ok: false, code, reason: expect.any(String) as string, remedy });
    expect(answer.reason).toContain('it has. Remedy: none in it');
    expect(answer.reason).not.toContain('look');
    expect(`${answer.reason}. Remedy: ${answer.remedy}`).toBe(message);
  });

  it('keeps the whole message of an error that does not end with its remedy', () => {
    const error = new MonitorError({ code: 'HFTMON_E_X', message: 'it broke', remedy: 'mend it' });
    expect(reasonOf(error)).toBe('it broke');
    expect(refusalOf(error)).toEqual({
      ok: false,
      code: 'HFTMON_E_X',
      reason: 'it broke',
      remedy: 'mend it',
    });
  });
});
