import type { CpuMatch, CpuRevisionRow, CpuVendor } from '../../data/kernels/types.ts';
import { evaluate } from './c-evaluate.ts';
import { expand, type Macro } from './c-macros.ts';
import { type CSource, enumerators, preprocess, type ReadSource, rows } from './c-source.ts';
import { bracketed, join, splitTop, type Token } from './c-tokens.ts';
import { needed } from './extract-features.ts';

/** One row of a `struct x86_cpu_id` or `struct x86_cpu_desc` array: what it matches, and its data as tokens. */
export interface MatchRow {
  readonly match: CpuMatch;
  readonly platforms: number | null;
  readonly data: readonly Token[];
}

/** The headers that the matching macros live in, and the wildcards, which older lines keep in mod_devicetable.h. */
const HEADERS = [
  'arch/x86/include/asm/processor.h',
  'include/linux/mod_devicetable.h',
  'include/linux/device-id/x86_cpu.h',
  'arch/x86/include/asm/intel-family.h',
  'arch/x86/include/asm/msr-index.h',
  'arch/x86/include/asm/cpu_device_id.h',
];

/**
 * Reads a C file with the CPU matching macros in force. The X86_FEATURE_ macros are left out on purpose: rows keep
 * the feature's name.
 * @param read the kernel tree
 * @param path the C file
 */
export function matchSource(read: ReadSource, path: string): CSource {
  return preprocess(needed(read, path), matchMacros(read));
}

/** @returns the macros of the headers that match tables need, with the Intel core types as constants. */
export function matchMacros(read: ReadSource): Map<string, Macro> {
  let macros = new Map<string, Macro>();
  for (const path of HEADERS) macros = preprocess(read(path) ?? '', macros).macros;
  const family = preprocess(needed(read, 'arch/x86/include/asm/intel-family.h'), macros);
  for (const [name, value] of enumerators(family, 'intel_cpu_type')) macros.set(name, { params: null, body: [{ text: String(value) }] });
  return macros;
}

/**
 * Expands an array of `struct x86_cpu_id` (or the older `x86_cpu_desc`) row by row, order kept: the first row that
 * matches counts.
 * @param source the file, from matchSource()
 * @param name the C name of the array
 * @returns its rows, or null when the file has no such array
 * @throws when a row has a field that cannot be worked out
 */
export function matchRows(source: CSource, name: string): MatchRow[] | null {
  const list = rows(source, name);
  return list === null ? null : list.map((row) => matchRow(expand(row, source.macros), source));
}

function matchRow(row: readonly Token[], source: CSource): MatchRow {
  const fields = new Map<string, readonly Token[]>();
  for (const field of splitTop(bracketed(row, 0)?.inner ?? [], ',')) fields.set(field[1]?.text ?? '', field.slice(3));
  const value = (name: string): number | null => {
    const tokens = fields.get(name) ?? fields.get(`x86_${name}`);
    if (tokens === undefined) return null;
    const result = evaluate(tokens);
    if (result === null) throw new Error(`no constant for .${name}: ${join(row)}`);
    return result;
  };
  const stepping = value('stepping');
  return {
    match: {
      vendor: vendorName(value('vendor'), source.macros),
      // 0 is the wildcard of all fields but the vendor (match.c), even where a row writes 0 and means 0.
      family: value('family') || null,
      model: value('model') || null,
      steppings: stepping === null ? value('steppings') || null : 2 ** stepping,
      feature: featureOf(fields.get('feature')),
      type: value('type') || null,
    },
    platforms: value('platform_mask') || null,
    data: fields.get('driver_data') ?? fields.get('x86_microcode_rev') ?? [],
  };
}

function featureOf(tokens: readonly Token[] | undefined): string | null {
  const text = tokens === undefined || evaluate(tokens) === 0 ? '' : join(tokens);
  return text === '' ? null : text.replace(/^X86_FEATURE_/, '');
}

/** @returns the name behind a vendor number: its X86_VENDOR_ macro, or null for ANY */
export function vendorName(number: number | null, macros: ReadonlyMap<string, Macro>): CpuVendor | null {
  for (const [name, macro] of macros) {
    if (name.startsWith('X86_VENDOR_') && name !== 'X86_VENDOR_NUM' && macro.params === null && evaluate(macro.body) === number) {
      return name === 'X86_VENDOR_ANY' ? null : (name.slice('X86_VENDOR_'.length) as CpuVendor);
    }
  }
  throw new Error(`no vendor ${number}`);
}

/**
 * The driver data of a row as a number.
 * @returns the number; `NULL` is 0, and a pointer (`&freq_desc_byt`) is 0 too: there the match alone is the fact
 */
export function dataNumber(data: readonly Token[]): number {
  const value = evaluate(data);
  if (value !== null) return value;
  const text = join(data).replace(/^\( unsigned long \) /, '');
  if (text === 'NULL' || text.startsWith('&')) return 0;
  throw new Error(`no number: ${text}`);
}

/** @returns the rows as revisions (or what number the table gives). */
export function revisionRows(list: readonly MatchRow[]): CpuRevisionRow[] {
  return list.map((row) => [row.match, dataNumber(row.data)]);
}
