const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Reads the release date of an update. Intel and AMD store it alike, as the digits MMDDYYYY in binary-coded decimal.
 * @param word the 32-bit date field (Intel header offset 8; AMD patch header offset 0)
 * @returns `YYYY-MM-DD`, or null where the digits are no date of the calendar
 * @source cpu/microcode/intel.c and amd.c print the same three parts of the field in hexadecimal
 */
export function isoFromBcdDate(word: number): string | null {
  const digits = (word >>> 0).toString(16).padStart(8, '0');
  if (!/^\d{8}$/.test(digits)) return null;
  const month = Number(digits.slice(0, 2));
  const day = Number(digits.slice(2, 4));
  const year = digits.slice(4);
  const days = DAYS[month - 1];
  if (days === undefined || year === '0000' || day < 1 || day > days + (month === 2 && leap(Number(year)) ? 1 : 0)) return null;
  return `${year}-${digits.slice(0, 2)}-${digits.slice(2, 4)}`;
}

/**
 * The reverse, for builders of test files.
 * @param iso `YYYY-MM-DD`
 * @returns the date field of a header
 */
export function bcdFromIsoDate(iso: string): number {
  const [year = '', month = '', day = ''] = iso.split('-');
  return Number.parseInt(`${month}${day}${year}`, 16) >>> 0;
}

function leap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}
