import type { Boot } from '../boot/boot.ts';
import { earlyParam } from './_early-param.ts';

const SUFFIXES = 'kmgtpe';

/** memparse(): a number as C writes it and one of K, M, G, T, P, E (lib/cmdline.c). @returns bytes; 0 where no number stands in front */
function memparse(text: string): bigint {
  const found = /^(0x[0-9a-f]+|[0-9]+)([kmgtpe]?)/i.exec(text);
  if (!found) return 0n;
  const [, digits = '', suffix = ''] = found;
  const number = /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits);
  return BigInt.asUintN(64, number << BigInt(10 * (suffix === '' ? 0 : SUFFIXES.indexOf(suffix.toLowerCase()) + 1)));
}

/** `mem=`: no memory from that address on; the lowest counts, for nothing brings memory back (kernel/e820.c parse_memopt()). */
export function parseMemoryLimit(b: Boot): void {
  b.begin();
  earlyParam(b, 'mem', (value) => {
    const limit = value === null ? 0n : memparse(value);
    if (limit === 0n) return false;
    const before = b.shared('mem_limit') as bigint | null;
    if (before === null || limit < before) b.share('mem_limit', limit, 'memory/parameter/mem');
    return true;
  });
}

/**
 * Is there memory at or above an address? The hole below 4 GiB pushes memory up, so as much memory as lies below the address reaches
 * beyond it (kernel/e820.c e820__mapped_any()).
 * @param address in bytes, above 4 GiB
 * @returns false where nobody knows how much memory there is
 */
export function memoryReaches(b: Boot, address: bigint): boolean {
  const memory = b.shared('memory_bytes');
  if (memory === null || BigInt(memory) < address) return false;
  const limit = b.shared('mem_limit') as bigint | null;
  return limit === null || limit > address;
}
