import type { CpuListRow, LatestMicrocodeRow } from '../../data/kernels/types.ts';
import { expand, type Macro } from './c-macros.ts';
import { functionBody, preprocess, type ReadSource, rows } from './c-source.ts';
import { bracketed, splitTop, tokenize } from './c-tokens.ts';
import { dataNumber, matchMacros, matchRows, matchSource } from './extract-cpu-match.ts';
import { needed } from './extract-features.ts';
import { switchCases } from './extract-switch.ts';

/**
 * Reads `cpu_vuln_whitelist` and `cpu_vuln_blacklist` of cpu/common.c. A row's flags are the names it ORs.
 * @param read the kernel tree
 * @throws when a list is absent
 */
export function extractCpuLists(read: ReadSource): { whitelist: readonly CpuListRow[]; blacklist: readonly CpuListRow[] } {
  const source = matchSource(read, 'arch/x86/kernel/cpu/common.c');
  // The flags are single bits with a name each; without their macros the rows keep the names.
  const macros = new Map<string, Macro>(source.macros);
  for (const [name, macro] of source.macros) if (macro.params === null && macro.body[0]?.text === 'BIT') macros.delete(name);
  const list = (name: string): CpuListRow[] => {
    const found = matchRows({ text: source.text, macros }, name);
    if (found === null) throw new Error(`no table ${name}`);
    return found.map((row): CpuListRow => [row.match, flagNames(row.data.map((token) => token.text))]);
  };
  return { whitelist: list('cpu_vuln_whitelist'), blacklist: list('cpu_vuln_blacklist') };
}

function flagNames(data: readonly string[]): string[] {
  const names = data.filter((text) => /^[A-Z]/.test(text));
  if (names.length === 0 || data.some((text) => !/^(?:[A-Z]\w*|\||\(|\)|unsigned|long)$/.test(text))) throw new Error(`no flags: ${data.join(' ')}`);
  return names;
}

/**
 * Reads `cpu_latest_microcode` (7.2: microcode/intel-ucode-defs.h, included by common.c).
 * @returns its rows, or null where the line has no such list
 */
export function extractLatestMicrocode(read: ReadSource): readonly LatestMicrocodeRow[] | null {
  const text = read('arch/x86/kernel/cpu/microcode/intel-ucode-defs.h');
  if (text === null) return null;
  const source = preprocess(`static struct x86_cpu_id latest[] = {\n${text}\n};`, matchMacros(read));
  return (matchRows(source, 'latest') ?? []).map(
    ({ match, platforms, data }): LatestMicrocodeRow => [match.family ?? 0, match.model ?? 0, match.steppings ?? 0, platforms ?? 0, dataNumber(data)],
  );
}

/**
 * Reads `spectre_bad_microcodes` of cpu/intel.c: model (of family 6), stepping, highest bad revision.
 * @throws when the list is absent or a row is no three numbers
 */
export function extractBadSpectre(read: ReadSource): readonly (readonly [number, number, number])[] {
  const source = matchSource(read, 'arch/x86/kernel/cpu/intel.c');
  return structNumbers(source, 'spectre_bad_microcodes', 3).map(([model = 0, stepping = 0, revision = 0]) => [model & 0xff, stepping, revision]);
}

/**
 * Reads `phashes[]` of microcode/amd_shas.c.
 * @returns patch id and SHA-256 in lower-case hex; null where the line has no such file
 */
export function extractAmdDigests(read: ReadSource): readonly (readonly [number, string])[] | null {
  const text = read('arch/x86/kernel/cpu/microcode/amd_shas.c');
  if (text === null) return null;
  return (rows(preprocess(text), 'phashes') ?? []).map((row) => {
    const [patch = [], bytes = []] = splitTop(bracketed(row, 0)?.inner ?? [], ',');
    const digest = splitTop(bracketed(bytes, 0)?.inner ?? [], ',').map((byte) => dataNumber(byte).toString(16).padStart(2, '0'));
    if (digest.length !== 32) throw new Error(`digest of ${patch[0]?.text} has ${digest.length} bytes`);
    return [dataNumber(patch), digest.join('')];
  });
}

/**
 * Reads the cases of get_cutoff_revision() of microcode/amd.c: revision >> 8, and the last revision signed the old way.
 * @returns the rows, or null where the line has no cut-off
 */
export function extractAmdCutoffs(read: ReadSource): readonly (readonly [number, number])[] | null {
  const body = functionBody(preprocess(needed(read, 'arch/x86/kernel/cpu/microcode/amd.c')), 'get_cutoff_revision');
  if (body === null) return null;
  return switchCases(body).map(({ first, result }) => [first, dataNumber(tokenize(/^return (\w+) ;$/.exec(result)?.[1] ?? result))]);
}

function structNumbers(source: ReturnType<typeof matchSource>, name: string, width: number): number[][] {
  const list = rows(source, name);
  if (list === null) throw new Error(`no table ${name}`);
  return list.map((row) => {
    const numbers = splitTop(bracketed(row, 0)?.inner ?? [], ',').map((field) => dataNumber(expand(field, source.macros)));
    if (numbers.length !== width) throw new Error(`${name}: ${numbers.length} fields`);
    return numbers;
  });
}
