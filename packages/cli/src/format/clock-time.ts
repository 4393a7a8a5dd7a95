/** Local wall-clock time, to the millisecond. */
export function clockTime(date: Date): string {
  const part = (value: number, digits: number): string => String(value).padStart(digits, '0');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map((n) => part(n, 2));
  return `${time.join(':')}.${part(date.getMilliseconds(), 3)}`;
}
