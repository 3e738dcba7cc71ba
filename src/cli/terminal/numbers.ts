/** Numbers as people read them. */

/** "2,000" */
export function wholeNumber(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** A share in [0, 1] as "91.2", without its sign. */
export function percentage(share: number, digits = 1): string {
  return (100 * share).toFixed(digits);
}

/** A difference of shares in percentage points, with its sign: "+9.1", "-2.0", "0.0". */
export function points(difference: number): string {
  const text = (100 * difference).toFixed(1);
  if (Number(text) === 0) return "0.0";
  return difference > 0 ? `+${text}` : text;
}

/** "8 s", "1 min 20 s", "2 h 5 min". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
