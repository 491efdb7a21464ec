/**
 * Numbers of the command line as the kernel reads them: the base follows the prefix, `0x` hexadecimal, `0` octal, else decimal
 * (lib/kstrtox.c _parse_integer_fixup_radix()).
 * @returns the digits up front as a number, and how many letters they and their prefix take
 */
export function leadingDigits(text: string, base: 0 | 10): { readonly value: number; readonly length: number } {
  const hex = base === 0 ? /^0x[\da-f]+/i.exec(text) : null;
  if (hex) return { value: Number(hex[0]), length: hex[0].length };
  const octal = base === 0 ? /^0[0-7]*/.exec(text) : null;
  if (octal) return { value: Number.parseInt(octal[0], 8), length: octal[0].length };
  const decimal = /^\d+/.exec(text)?.[0] ?? '';
  return { value: decimal === '' ? 0 : Number(decimal), length: decimal.length };
}

/** kstrtouint(): the whole text is a number of 32 bits. @returns it, or null */
export function wholeNumber(text: string, base: 0 | 10): number | null {
  const digits = text.startsWith('+') ? text.slice(1) : text;
  const { value, length } = leadingDigits(digits, base);
  return length > 0 && length === digits.length && value <= 0xffff_ffff ? value : null;
}

/**
 * get_option(): the number up front, as a signed 32-bit one. Text that is no number counts as 0; nothing at all leaves the variable alone
 * (lib/cmdline.c).
 * @returns null for an option without a value
 */
export function leadingNumber(text: string | null): number | null {
  if (text === null || text === '') return null;
  const negative = text.startsWith('-');
  const { value } = leadingDigits(negative ? text.slice(1) : text, 0);
  // Only the low 32 bits of what simple_strtoull() reads fit into an int.
  const low = Number(BigInt.asIntN(32, BigInt(Number.isSafeInteger(value) ? value : 0)));
  return negative ? -low | 0 : low;
}
